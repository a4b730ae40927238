// A WHEP client over Pion v3: watches a feed of a device and prints one line of JSON that says what it met, as
// ClientReport in ../client.ts has it. It ends by itself, with 0 only if everything it was asked for has come.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/pion/webrtc/v3"
)

type options struct {
	url     string
	codec   string
	audio   bool
	setup   string
	frames  int
	limit   time.Duration
	lite    bool
	profile string

	// family is IPv4 or IPv6, empty for both.
	family string
	// port is the one UDP port of this side, 0 for any.
	port int
	// address and onlyPorts leave nothing but packets between this address and the far ports, "low-high".
	address   string
	onlyPorts string

	turn, turnUser, turnPassword string

	say     string
	events  int
	talk    bool
	restart bool
	samples int
}

func readOptions() options {
	var o options
	flag.StringVar(&o.url, "url", "", "WHEP endpoint")
	flag.StringVar(&o.codec, "codec", "H264", "the one video codec to offer: H264 or VP8")
	flag.BoolVar(&o.audio, "audio", false, "listen too")
	flag.StringVar(&o.setup, "setup", "actpass", "a=setup of the offer as it is sent")
	flag.IntVar(&o.frames, "frames", 30, "whole frames to wait for")
	flag.DurationVar(&o.limit, "limit", 40*time.Second, "of the whole run")
	flag.BoolVar(&o.lite, "lite", false, "be an ICE lite agent (RFC 8445, 2.5)")
	flag.StringVar(&o.profile, "profile", "", "the one SRTP profile to take: gcm or cm")
	flag.StringVar(&o.family, "family", "", "the one IP family to use: IPv4 or IPv6")
	flag.IntVar(&o.port, "port", 0, "UDP port of this side")
	flag.StringVar(&o.address, "address", "", "the one address of this side; needed by -only-ports")
	flag.StringVar(&o.onlyPorts, "only-ports", "", "drop what does not come from, or go to, these ports: low-high")
	flag.StringVar(&o.turn, "turn", "", "turn: address; nothing but a relay on it is used then")
	flag.StringVar(&o.turnUser, "turn-user", "", "its user")
	flag.StringVar(&o.turnPassword, "turn-password", "", "and their password")
	flag.StringVar(&o.say, "say", "", "a message for the events channel, said once the first has come")
	flag.IntVar(&o.events, "events", 0, "messages of the events channel to wait for")
	flag.BoolVar(&o.talk, "talk", false, "say what is heard: send the sound back")
	flag.BoolVar(&o.restart, "restart", false, "restart ICE and wait for as many frames again")
	flag.IntVar(&o.samples, "samples", 0, "report the beginning of so many opened payloads, in hex")
	flag.Parse()
	return o
}

func main() {
	o := readOptions()
	m := newMeter()
	time.AfterFunc(o.limit, func() { fail("not within %v; so far: %s", o.limit, m.text()) })

	pc, err := newPeer(o)
	check(err)
	check(watch(pc, o, m))
	s, err := open(pc, o)
	check(err)
	m.set(func(r *report) { r.AnswerSetup = s.setup() })

	m.wait(func(r *report) bool { return complete(r, o, o.frames) })
	m.set(func(r *report) { describe(pc, r) })
	if o.restart {
		before := s.remoteUfrag()
		check(s.restart(pc, m))
		m.set(func(r *report) { r.NewCredentials = s.remoteUfrag() != before })
		from := m.frames()
		m.wait(func(r *report) bool { return complete(r, o, from+o.frames) })
		m.set(func(r *report) { describe(pc, r) })
	}
	check(s.end())
	if o.events > 0 {
		// The answer to DELETE and the goodbye come by two ways.
		m.wait(saidGoodbye)
	}
	fmt.Println(m.text())
}

func saidGoodbye(r *report) bool {
	return bytes.Contains(r.Events[len(r.Events)-1], []byte(`"goodbye"`))
}

// Everything asked for has come.
func complete(r *report, o options, frames int) bool {
	return r.Frames >= frames && (!o.audio || r.AudioPackets >= o.frames) && len(r.Events) >= o.events
}

// What the transports have agreed on.
func describe(pc *webrtc.PeerConnection, r *report) {
	transport := pc.GetReceivers()[0].Transport()
	ice := transport.ICETransport()
	r.ICERole = ice.Role().String()
	if pair, err := ice.GetSelectedCandidatePair(); err == nil && pair != nil {
		r.Local, r.Remote = pair.Local.Typ.String(), pair.Remote.Typ.String()
	}
	r.DTLSRole, r.SRTPProfile = agreed(transport)
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}

func (m *meter) text() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	line, err := json.Marshal(m.report)
	check(err)
	return string(line)
}
