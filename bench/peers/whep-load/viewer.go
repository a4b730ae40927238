package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
)

// How long a viewer waits for its first packet.
const connectDeadline = 20 * time.Second

var h264 = webrtc.RTPCodecParameters{
	RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType:    webrtc.MimeTypeH264,
		ClockRate:   90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		RTCPFeedback: []webrtc.RTCPFeedback{
			{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"},
		},
	},
	PayloadType: 102,
}

// Offers what browsers do, of H.264 alone: NACK, receiver reports and transport-wide feedback.
func newAPI(srtp string) (*webrtc.API, error) {
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterCodec(h264, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	rtx := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "video/rtx", ClockRate: 90000, SDPFmtpLine: "apt=102"},
		PayloadType:        103,
	}
	if err := engine.RegisterCodec(rtx, webrtc.RTPCodecTypeVideo); err != nil {
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
	// All is on this machine: nothing better comes for those who wait.
	settings.SetPrflxAcceptanceMinWait(0)
	switch srtp {
	case "gcm":
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	case "sha1":
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	default:
		return nil, fmt.Errorf("no SRTP profile %q", srtp)
	}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(engine),
		webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings),
	), nil
}

// What a viewer received so far.
type tally struct {
	packets, bytes, lost int64
}

type viewer struct {
	connection *webrtc.PeerConnection
	resource   string
	offered    time.Time
	// Closed at the first packet.
	first chan struct{}
	// Set before `first` is closed.
	firstAt time.Time

	mutex   sync.Mutex
	packets int64
	bytes   int64
	started bool
	begin   uint16
	highest int64
}

func (v *viewer) tally() tally {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	lost := int64(0)
	if v.started {
		lost = v.highest - int64(v.begin) + 1 - v.packets
	}
	return tally{packets: v.packets, bytes: v.bytes, lost: lost}
}

// took counts one RTP packet; loss is what is missing between the first and the highest sequence number.
func (v *viewer) took(packet []byte) {
	sequence := binary.BigEndian.Uint16(packet[2:])
	v.mutex.Lock()
	if !v.started {
		v.started = true
		v.begin = sequence
		v.highest = int64(sequence)
	} else if ahead := int16(sequence - uint16(v.highest)); ahead > 0 {
		v.highest += int64(ahead)
	}
	v.packets++
	v.bytes += int64(len(packet))
	v.mutex.Unlock()
}

// open offers, takes the answer, and gives a viewer whose first packet is still to come.
func open(api *webrtc.API, endpoint string) (*viewer, error) {
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	v := &viewer{connection: connection, first: make(chan struct{})}
	if err := v.negotiate(endpoint); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

func (v *viewer) negotiate(endpoint string) error {
	direction := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := v.connection.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, direction); err != nil {
		return err
	}
	v.connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		buffer := make([]byte, 1500)
		for {
			n, _, err := track.Read(buffer)
			if err != nil {
				return
			}
			if v.firstAt.IsZero() {
				v.firstAt = time.Now()
				close(v.first)
			}
			v.took(buffer[:n])
		}
	})
	offer, err := v.connection.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(v.connection)
	if err := v.connection.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	v.offered = time.Now()
	answer, resource, err := post(endpoint, v.connection.LocalDescription().SDP)
	if err != nil {
		return err
	}
	v.resource = resource
	return v.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

func (v *viewer) awaitFirst() error {
	select {
	case <-v.first:
		return nil
	case <-time.After(connectDeadline):
		return errors.New("no packet came")
	}
}

// close tells the server first, so that it needs not find out.
func (v *viewer) close() {
	if v.resource != "" {
		deleteResource(v.resource)
	}
	v.connection.Close()
}

func deleteResource(resource string) {
	request, err := http.NewRequest(http.MethodDelete, resource, nil)
	if err != nil {
		return
	}
	if response, err := client.Do(request); err == nil {
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

var client = &http.Client{Timeout: connectDeadline, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}

func post(endpoint, offer string) (answer, resource string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), connectDeadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewBufferString(offer))
	if err != nil {
		return "", "", err
	}
	request.Header.Set("content-type", "application/sdp")
	response, err := client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	if response.StatusCode != http.StatusCreated {
		return "", "", fmt.Errorf("WHEP answered %d: %s", response.StatusCode, body)
	}
	base, err := url.Parse(endpoint)
	if err != nil {
		return "", "", err
	}
	location, err := base.Parse(response.Header.Get("location"))
	if err != nil {
		return "", "", err
	}
	return string(body), location.String(), nil
}
