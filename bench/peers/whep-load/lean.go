package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/dtls/v2/pkg/crypto/selfsign"
	"github.com/pion/ice/v2"
	"github.com/pion/srtp/v2"
	"github.com/pion/stun"
	"github.com/pion/transport/v2/packetio"
)

// A check that is lost is sent again so soon: everything is on this machine.
const recheck = 50 * time.Millisecond

// Consent and keepalive, well within the 30 s of RFC 7675.
const keepalive = 2 * time.Second

// A lean viewer: one socket, ICE that takes the first pair that answers, DTLS, and packets that are counted and not
// opened. It takes no timers of a whole stack's into a figure, and costs little ten thousand times.
type lean struct {
	socket   *net.UDPConn
	identity *identity
	ufrag    string
	password string
	remote   description
	resource string

	offered  time.Time
	selected atomic.Value // *net.UDPAddr
	chosen   chan struct{}
	records  *packetio.Buffer
	session  *dtls.Conn

	mutex   sync.Mutex
	firstAt time.Time
	opening []byte
	first   chan struct{}
	tally   leanTally
}

// RTP, and the bytes of all else that came: STUN, DTLS, RTCP and what is none of them.
type leanTally struct {
	packets, otherBytes int64
}

// A certificate for all viewers of this process: making one is not what is measured.
type identity struct {
	certificate tls.Certificate
	fingerprint string
	address     net.IP
}

func newIdentity() (*identity, error) {
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, err
	}
	address, err := ownAddress()
	if err != nil {
		return nil, err
	}
	return &identity{certificate, fingerprintOf(certificate.Certificate[0]), address}, nil
}

// The first address of this machine beyond loopback, which servers leave out of their candidates.
func ownAddress() (net.IP, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && !network.IP.IsLoopback() {
			return network.IP, nil
		}
	}
	return net.IPv4(127, 0, 0, 1), nil
}

func fingerprintOf(der []byte) string {
	digest := sha256.Sum256(der)
	parts := make([]string, len(digest))
	for n, value := range digest {
		parts[n] = strings.ToUpper(hex.EncodeToString([]byte{value}))
	}
	return strings.Join(parts, ":")
}

// openLean offers and takes the answer; media goes with a camera's section, else a data channel's stands alone.
func openLean(self *identity, endpoint string, media bool) (*lean, error) {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		return nil, err
	}
	socket.SetReadBuffer(1 << 20)
	v := &lean{
		socket:   socket,
		identity: self,
		ufrag:    randomText(4),
		password: randomText(12),
		chosen:   make(chan struct{}),
		first:    make(chan struct{}),
		records:  packetio.NewBuffer(),
	}
	offer := v.offer(media)
	v.offered = time.Now()
	answer, resource, err := post(endpoint, offer)
	if err != nil {
		socket.Close()
		return nil, err
	}
	v.resource = resource
	if v.remote, err = readAnswer(answer); err != nil {
		v.close()
		return nil, err
	}
	go v.read()
	return v, v.connect()
}

func (v *lean) connect() error {
	ctx, cancel := context.WithTimeout(context.Background(), connectDeadline)
	defer cancel()
	go v.check()
	select {
	case <-v.chosen:
	case <-ctx.Done():
		v.close()
		return errors.New("no pair answered")
	}
	config := &dtls.Config{
		Certificates:           []tls.Certificate{v.identity.certificate},
		SRTPProtectionProfiles: []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM},
		ClientAuth:             dtls.RequireAnyClientCert,
		// The chain says nothing here; the fingerprint does.
		InsecureSkipVerify:    true,
		VerifyPeerCertificate: v.verify,
		// As soon as browsers do.
		FlightInterval: 50 * time.Millisecond,
	}
	handshake := dtls.ClientWithContext
	if v.remote.active {
		handshake = dtls.ServerWithContext
	}
	session, err := handshake(ctx, (*leanConn)(v), config)
	if err != nil {
		v.close()
		return err
	}
	v.session = session
	return nil
}

func (v *lean) verify(chain [][]byte, _ [][]*x509.Certificate) error {
	if len(chain) == 0 || fingerprintOf(chain[0]) != v.remote.fingerprint {
		return errors.New("another certificate than the answer announced")
	}
	return nil
}

// awaitFirst waits for the first packet, and makes sure that it is one: that it opens with the session's key.
func (v *lean) awaitFirst() error {
	select {
	case <-v.first:
	case <-time.After(connectDeadline):
		return errors.New("no packet came")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfileAeadAes128Gcm}
	state := v.session.ConnectionState()
	if err := config.ExtractSessionKeysFromDTLS(&state, !v.remote.active); err != nil {
		return err
	}
	opener, err := srtp.CreateContext(config.Keys.RemoteMasterKey, config.Keys.RemoteMasterSalt, config.Profile)
	if err != nil {
		return err
	}
	_, err = opener.DecryptRTP(nil, v.opening, nil)
	return err
}

func (v *lean) close() {
	if v.resource != "" {
		deleteResource(v.resource)
	}
	if v.session != nil {
		v.session.Close()
	}
	v.records.Close()
	v.socket.Close()
}

func (v *lean) remoteAddress() *net.UDPAddr { return v.selected.Load().(*net.UDPAddr) }

func (v *lean) port() int { return v.socket.LocalAddr().(*net.UDPAddr).Port }

func (v *lean) counted() leanTally {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.tally
}

// read takes every datagram, by its first byte (RFC 7983).
func (v *lean) read() {
	buffer := make([]byte, 2048)
	for {
		n, from, err := v.socket.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		packet := buffer[:n]
		if n >= 12 && packet[0] >= 128 && packet[0] < 192 && !isRtcp(packet) {
			v.takeRtp(packet)
			continue
		}
		v.mutex.Lock()
		v.tally.otherBytes += int64(n)
		v.mutex.Unlock()
		if n > 0 && packet[0] < 4 {
			v.takeStun(packet, from)
		} else if n > 0 && packet[0] >= 20 && packet[0] < 64 {
			v.records.Write(packet)
		}
	}
}

// RFC 5761, 4: what would be payload types 64 to 95 is RTCP.
func isRtcp(packet []byte) bool {
	kind := packet[1] & 0x7f
	return kind >= 64 && kind < 96
}

func (v *lean) takeRtp(packet []byte) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.tally.packets++
	if v.firstAt.IsZero() {
		v.firstAt = time.Now()
		v.opening = append([]byte(nil), packet...)
		close(v.first)
	}
}

func (v *lean) takeStun(packet []byte, from *net.UDPAddr) {
	message := &stun.Message{Raw: append([]byte(nil), packet...)}
	if message.Decode() != nil {
		return
	}
	switch message.Type {
	case stun.BindingRequest:
		if stun.NewShortTermIntegrity(v.password).Check(message) != nil {
			return
		}
		response, err := stun.Build(
			stun.NewTransactionIDSetter(message.TransactionID),
			stun.BindingSuccess,
			&stun.XORMappedAddress{IP: from.IP, Port: from.Port},
			stun.NewShortTermIntegrity(v.password),
			stun.Fingerprint,
		)
		if err == nil {
			v.socket.WriteToUDP(response.Raw, from)
		}
	case stun.BindingSuccess:
		if v.selected.Load() != nil || stun.NewShortTermIntegrity(v.remote.password).Check(message) != nil {
			return
		}
		v.selected.Store(from)
		close(v.chosen)
	}
}

// check asks every candidate until one answers, then keeps that one.
func (v *lean) check() {
	deadline := time.Now().Add(connectDeadline)
	for {
		to := v.remote.candidates
		pause := recheck
		if selected, ok := v.selected.Load().(*net.UDPAddr); ok {
			to = []*net.UDPAddr{selected}
			pause = keepalive
		} else if time.Now().After(deadline) {
			return
		}
		for _, candidate := range to {
			request, err := stun.Build(
				stun.BindingRequest,
				stun.TransactionID,
				stun.NewUsername(v.remote.ufrag+":"+v.ufrag),
				ice.PriorityAttr(1845501695),
				ice.AttrControlling(1),
				ice.UseCandidate(),
				stun.NewShortTermIntegrity(v.remote.password),
				stun.Fingerprint,
			)
			if err != nil {
				return
			}
			if _, err := v.socket.WriteToUDP(request.Raw, candidate); errors.Is(err, net.ErrClosed) {
				return
			}
		}
		select {
		case <-time.After(pause):
		case <-v.chosenOnce(pause == recheck):
		}
	}
}

// chosenOnce wakes a check that waits for an answer; once there is one, nothing does.
func (v *lean) chosenOnce(waiting bool) <-chan struct{} {
	if waiting {
		return v.chosen
	}
	return nil
}

func (v *lean) offer(media bool) string {
	section := []string{
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:0",
		"a=sctp-port:5000", "a=max-message-size:65536",
	}
	if media {
		section = []string{
			"m=video 9 UDP/TLS/RTP/SAVPF 102 103", "c=IN IP4 0.0.0.0", "a=mid:0", "a=recvonly", "a=rtcp-mux",
			"a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
			"a=rtpmap:102 H264/90000",
			"a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
			"a=rtcp-fb:102 nack", "a=rtcp-fb:102 nack pli",
			"a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102",
		}
	}
	lines := append([]string{
		"v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "a=msid-semantic: WMS",
	}, section...)
	return strings.Join(append(lines,
		"a=ice-ufrag:"+v.ufrag,
		"a=ice-pwd:"+v.password,
		"a=fingerprint:sha-256 "+v.identity.fingerprint,
		"a=setup:actpass",
		fmt.Sprintf("a=candidate:1 1 udp 2130706431 %s %d typ host", v.identity.address, v.port()),
		"a=end-of-candidates",
		"",
	), "\r\n")
}

// What a lean viewer needs of an answer.
type description struct {
	ufrag, password, fingerprint string
	// The answerer begins the DTLS handshake.
	active     bool
	candidates []*net.UDPAddr
}

var (
	ufragLine       = regexp.MustCompile(`(?m)^a=ice-ufrag:(\S+)`)
	passwordLine    = regexp.MustCompile(`(?m)^a=ice-pwd:(\S+)`)
	fingerprintLine = regexp.MustCompile(`(?mi)^a=fingerprint:sha-256 (\S+)`)
	setupLine       = regexp.MustCompile(`(?m)^a=setup:(\S+)`)
	candidateLine   = regexp.MustCompile(`(?mi)^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host`)
)

func readAnswer(answer string) (description, error) {
	var read description
	for line, into := range map[*regexp.Regexp]*string{
		ufragLine: &read.ufrag, passwordLine: &read.password, fingerprintLine: &read.fingerprint,
	} {
		match := line.FindStringSubmatch(answer)
		if match == nil {
			return read, fmt.Errorf("the answer has no %s", line)
		}
		*into = match[1]
	}
	read.fingerprint = strings.ToUpper(read.fingerprint)
	if setup := setupLine.FindStringSubmatch(answer); setup != nil {
		read.active = setup[1] == "active"
	}
	seen := map[string]bool{}
	for _, match := range candidateLine.FindAllStringSubmatch(answer, -1) {
		port, err := strconv.Atoi(match[2])
		address := match[1] + ":" + match[2]
		if err != nil || seen[address] {
			continue
		}
		seen[address] = true
		read.candidates = append(read.candidates, &net.UDPAddr{IP: net.ParseIP(match[1]), Port: port})
	}
	if len(read.candidates) == 0 {
		return read, errors.New("the answer has no host candidate of UDP and IPv4")
	}
	return read, nil
}

func randomText(size int) string {
	raw := make([]byte, size)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// leanConn is what DTLS sees of a viewer: its records alone.
type leanConn lean

func (c *leanConn) Read(buffer []byte) (int, error) { return c.records.Read(buffer) }
func (c *leanConn) Write(record []byte) (int, error) {
	selected, ok := c.selected.Load().(*net.UDPAddr)
	if !ok {
		return 0, errors.New("no pair yet")
	}
	return c.socket.WriteToUDP(record, selected)
}
func (c *leanConn) Close() error                        { return c.records.Close() }
func (c *leanConn) LocalAddr() net.Addr                 { return c.socket.LocalAddr() }
func (c *leanConn) RemoteAddr() net.Addr                { return c.remote.candidates[0] }
func (c *leanConn) SetDeadline(at time.Time) error      { return c.records.SetReadDeadline(at) }
func (c *leanConn) SetReadDeadline(at time.Time) error  { return c.records.SetReadDeadline(at) }
func (c *leanConn) SetWriteDeadline(at time.Time) error { return nil }
