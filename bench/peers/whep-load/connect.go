package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

type connected struct {
	// Offer sent to first SRTP packet received and opened, of each connection.
	FirstPacketMs []float64 `json:"firstPacketMs"`
	// CPU time of the server's process and of this one over all connections that count.
	CPUMs     float64 `json:"cpuMs"`
	OwnCPUMs  float64 `json:"ownCpuMs"`
	WarmBytes int64   `json:"warmBytes"`
	EndBytes  int64   `json:"endBytes"`
}

// connect opens viewers one after the other, each until its first packet.
func connect(whep target, count, warm int) (*connected, error) {
	api, err := newAPI(whep.srtp)
	if err != nil {
		return nil, err
	}
	result := &connected{FirstPacketMs: make([]float64, 0, count)}
	var cpu, own float64
	for n := -warm; n < count; n++ {
		if n == 0 {
			own = ownCPUMs()
			if cpu, err = cpuMs(whep.pid); err != nil {
				return nil, err
			}
			if result.WarmBytes, err = rssBytes(whep.pid); err != nil {
				return nil, err
			}
		}
		v, err := open(api, whep.url)
		if err != nil {
			return nil, err
		}
		err = v.awaitFirst()
		v.close()
		if err != nil {
			return nil, err
		}
		if n >= 0 {
			result.FirstPacketMs = append(result.FirstPacketMs, float64(v.firstAt.Sub(v.offered))/float64(time.Millisecond))
		}
		if done := n + warm + 1; done%500 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d connections\n", done, count+warm)
		}
	}
	now, err := cpuMs(whep.pid)
	if err != nil {
		return nil, err
	}
	result.CPUMs = now - cpu
	result.OwnCPUMs = ownCPUMs() - own
	result.EndBytes, err = rssBytes(whep.pid)
	return result, err
}

func ownCPUMs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}
