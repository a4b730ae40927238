package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	mathrand "math/rand"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/stun"
)

// So many sockets send: strangers have many ports.
const floodSockets = 8

// Each so many-th datagram claims to come from the viewer itself, where this process may forge addresses.
const spoofEvery = 4

type flooded struct {
	Sent      int64 `json:"sent"`
	Spoofed   int64 `json:"spoofed"`
	BytesIn   int64 `json:"bytesIn"`
	BytesBack int64 `json:"bytesBack"`
	// Datagrams that came back.
	Back    int64   `json:"back"`
	Seconds float64 `json:"seconds"`
}

// flood sends forged datagrams of every kind at a steady rate, and counts what comes back.
func flood(server, viewer, username string, rate int, window time.Duration) (*flooded, error) {
	to, err := net.ResolveUDPAddr("udp4", server)
	if err != nil {
		return nil, err
	}
	result := &flooded{}
	sockets := make([]*net.UDPConn, floodSockets)
	for n := range sockets {
		if sockets[n], err = net.ListenUDP("udp4", &net.UDPAddr{}); err != nil {
			return nil, err
		}
		defer sockets[n].Close()
		go countBack(sockets[n], result)
	}
	spoof := newSpoofer(viewer, to)
	if spoof == nil {
		fmt.Fprintln(os.Stderr, "whep-load: no datagram claims to be the viewer's: that takes a raw socket")
	} else {
		defer spoof.close()
	}
	forge := newForger(username)
	begun := time.Now()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for elapsed := time.Duration(0); elapsed < window; elapsed = time.Since(begun) {
		for due := int64(elapsed.Seconds() * float64(rate)); result.Sent < due; result.Sent++ {
			datagram := forge.next()
			result.BytesIn += int64(len(datagram))
			if spoof != nil && result.Sent%spoofEvery == 0 {
				spoof.send(datagram)
				result.Spoofed++
			} else {
				sockets[result.Sent%floodSockets].WriteToUDP(datagram, to)
			}
		}
		<-ticker.C
	}
	result.Seconds = time.Since(begun).Seconds()
	time.Sleep(time.Second) // late answers count
	return &flooded{
		result.Sent, result.Spoofed, result.BytesIn,
		atomic.LoadInt64(&result.BytesBack), atomic.LoadInt64(&result.Back), result.Seconds,
	}, nil
}

func countBack(socket *net.UDPConn, into *flooded) {
	buffer := make([]byte, 2048)
	for {
		n, _, err := socket.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		atomic.AddInt64(&into.Back, 1)
		atomic.AddInt64(&into.BytesBack, int64(n))
	}
}

// A forger makes datagrams that look like a session's and are not.
type forger struct {
	username string
	count    int
	kinds    []func() []byte
}

func newForger(username string) *forger {
	f := &forger{username: username}
	f.kinds = []func() []byte{
		// The right USERNAME, a wrong key.
		func() []byte { return forgedRequest(stun.NewUsername(f.username), true) },
		func() []byte { return forgedRequest(stun.NewUsername("some:body"), true) },
		func() []byte { return forgedRequest(stun.NewUsername(f.username), false) },
		forgedResponse,
		clientHello,
		// Fatal alert handshake_failure, epoch 0 (RFC 5246, 7.2): 15 bytes.
		func() []byte { return record(21, 0, []byte{2, 40}) },
		// Application data and handshake of epoch 1 that nobody encrypted.
		func() []byte { return record(23, 1, random(200)) },
		func() []byte { return record(22, 1, random(60)) },
		func() []byte { return rtpLike(102, 1000) },
		// A receiver report of SRTCP's shape.
		func() []byte { return rtpLike(201, 60) },
		func() []byte { return random(1 + mathrand.Intn(1200)) },
	}
	return f
}

func (f *forger) next() []byte {
	f.count++
	return f.kinds[f.count%len(f.kinds)]()
}

func forgedRequest(username stun.Setter, signed bool) []byte {
	setters := []stun.Setter{
		stun.BindingRequest, stun.TransactionID, username,
		ice.PriorityAttr(1845501695), ice.AttrControlling(1), ice.UseCandidate(),
	}
	if signed {
		setters = append(setters, stun.NewShortTermIntegrity("not the password of anybody"))
	}
	message, err := stun.Build(append(setters, stun.Fingerprint)...)
	if err != nil {
		return nil
	}
	return message.Raw
}

func forgedResponse() []byte {
	message, err := stun.Build(
		stun.BindingSuccess, stun.TransactionID,
		&stun.XORMappedAddress{IP: net.IPv4(192, 0, 2, 1), Port: 9},
		stun.NewShortTermIntegrity("not the password of anybody"), stun.Fingerprint,
	)
	if err != nil {
		return nil
	}
	return message.Raw
}

// A DTLS record (RFC 6347, 4.1).
func record(kind byte, epoch uint16, body []byte) []byte {
	out := make([]byte, 13, 13+len(body))
	out[0], out[1], out[2] = kind, 0xfe, 0xfd
	binary.BigEndian.PutUint16(out[3:], epoch)
	copy(out[5:], random(6))
	binary.BigEndian.PutUint16(out[11:], uint16(len(body)))
	return append(out, body...)
}

// A ClientHello that a server would go on with (RFC 6347, 4.2.2): one suite, groups, use_srtp.
func clientHello() []byte {
	body := append([]byte{0xfe, 0xfd}, random(32)...)
	body = append(body, 0, 0, 0, 2, 0xc0, 0x2b, 1, 0)
	extensions := []byte{
		0, 10, 0, 4, 0, 2, 0, 29,
		0, 13, 0, 4, 0, 2, 4, 3,
		0, 14, 0, 5, 0, 2, 0, 7, 0,
		0, 23, 0, 0,
	}
	body = append(body, byte(len(extensions)>>8), byte(len(extensions)))
	body = append(body, extensions...)
	size := []byte{0, byte(len(body) >> 8), byte(len(body))}
	handshake := append([]byte{1}, size...)
	handshake = append(handshake, 0, 0, 0, 0, 0)
	handshake = append(handshake, size...)
	return record(22, 0, append(handshake, body...))
}

func rtpLike(kind byte, size int) []byte {
	packet := random(size)
	packet[0], packet[1] = 0x80, kind
	return packet
}

func random(size int) []byte {
	bytes := make([]byte, size)
	rand.Read(bytes)
	return bytes
}

// A spoofer sends datagrams with another's address (Linux, raw(7)).
type spoofer struct {
	socket int
	header []byte
	to     syscall.SockaddrInet4
}

func newSpoofer(viewer string, to *net.UDPAddr) *spoofer {
	from, err := net.ResolveUDPAddr("udp4", viewer)
	if err != nil {
		return nil
	}
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	if err != nil {
		return nil
	}
	// IPv4 without options; the kernel fills in length, id and checksum. Then UDP, without a checksum.
	header := make([]byte, 28)
	header[0], header[8], header[9] = 0x45, 64, syscall.IPPROTO_UDP
	copy(header[12:], from.IP.To4())
	copy(header[16:], to.IP.To4())
	binary.BigEndian.PutUint16(header[20:], uint16(from.Port))
	binary.BigEndian.PutUint16(header[22:], uint16(to.Port))
	s := &spoofer{socket: socket, header: header}
	copy(s.to.Addr[:], to.IP.To4())
	return s
}

func (s *spoofer) send(datagram []byte) {
	packet := append(append([]byte(nil), s.header...), datagram...)
	binary.BigEndian.PutUint16(packet[24:], uint16(8+len(datagram)))
	syscall.Sendto(s.socket, packet, 0, &s.to)
}

func (s *spoofer) close() { syscall.Close(s.socket) }
