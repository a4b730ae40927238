// A WHEP server on Pion v3, as a user of Pion would write it: one shared track, its packetizer, its default
// interceptors (NACK, reports, feedback). It loops an H.264 file (Annex B, one slice a frame) in real time.
//
// Prints {"port":n} when it listens on loopback; ends on SIGTERM, or after -life.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"
	"github.com/pion/webrtc/v3/pkg/media/h264reader"
)

func main() {
	video := flag.String("video", "", "H.264 file, Annex B")
	rate := flag.Int("rate", 30, "frames a second")
	life := flag.Duration("life", 15*time.Minute, "ends by itself after this long")
	flag.Parse()

	frames, err := accessUnits(*video)
	if err != nil {
		log.Fatal(err)
	}
	server, err := newServer()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, server)) }()
	go server.play(frames, time.Second/time.Duration(*rate))
	json.NewEncoder(os.Stdout).Encode(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-stop:
	case <-time.After(*life):
	}
}

type server struct {
	api   *webrtc.API
	track *webrtc.TrackLocalStaticSample

	mutex   sync.Mutex
	viewers map[string]*webrtc.PeerConnection
	count   int
}

var h264 = webrtc.RTPCodecCapability{
	MimeType:    webrtc.MimeTypeH264,
	ClockRate:   90000,
	SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
}

func newServer() (*server, error) {
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(engine, interceptors); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	track, err := webrtc.NewTrackLocalStaticSample(h264, "video", "bench")
	if err != nil {
		return nil, err
	}
	return &server{
		api: webrtc.NewAPI(
			webrtc.WithMediaEngine(engine),
			webrtc.WithInterceptorRegistry(interceptors),
			webrtc.WithSettingEngine(settings),
		),
		track:   track,
		viewers: map[string]*webrtc.PeerConnection{},
	}, nil
}

func (s *server) play(frames [][]byte, interval time.Duration) {
	ticker := time.NewTicker(interval)
	for at := 0; ; at = (at + 1) % len(frames) {
		<-ticker.C
		if err := s.track.WriteSample(media.Sample{Data: frames[at], Duration: interval}); err != nil {
			log.Print(err)
		}
	}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		offer, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		id, answer, err := s.open(string(offer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("content-type", "application/sdp")
		w.Header().Set("location", "/whep/bench/"+id)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, answer)
	case http.MethodDelete:
		s.end(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *server) open(offer string) (string, string, error) {
	connection, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", "", err
	}
	answer, err := s.answer(connection, offer)
	if err != nil {
		connection.Close()
		return "", "", err
	}
	s.mutex.Lock()
	s.count++
	id := fmt.Sprint(s.count)
	s.viewers[id] = connection
	s.mutex.Unlock()
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			s.end(id)
		}
	})
	return id, answer, nil
}

func (s *server) answer(connection *webrtc.PeerConnection, offer string) (string, error) {
	sender, err := connection.AddTrack(s.track)
	if err != nil {
		return "", err
	}
	// Interceptors see RTCP only where somebody reads it.
	go func() {
		buffer := make([]byte, 1500)
		for {
			if _, _, err := sender.Read(buffer); err != nil {
				return
			}
		}
	}()
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := connection.SetRemoteDescription(description); err != nil {
		return "", err
	}
	answer, err := connection.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return connection.LocalDescription().SDP, nil
}

func (s *server) end(id string) {
	s.mutex.Lock()
	connection := s.viewers[id]
	delete(s.viewers, id)
	s.mutex.Unlock()
	if connection != nil {
		connection.Close()
	}
}

// accessUnits gives each frame of a file with one slice a frame, its parameter sets with it.
func accessUnits(path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader, err := h264reader.NewReader(file)
	if err != nil {
		return nil, err
	}
	var frames [][]byte
	var frame []byte
	for {
		unit, err := reader.NextNAL()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		frame = append(append(frame, 0, 0, 0, 1), unit.Data...)
		if unit.UnitType == h264reader.NalUnitTypeCodedSliceIdr ||
			unit.UnitType == h264reader.NalUnitTypeCodedSliceNonIdr {
			frames = append(frames, frame)
			frame = nil
		}
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("%s holds no frame", path)
	}
	return frames, nil
}
