package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

type connected struct {
	// Offer sent to first SRTP packet received, of each connection; without media, to the end of the handshake.
	FirstMs []float64 `json:"firstMs"`
	Seconds float64   `json:"seconds"`
	// CPU time of the server's process and of this one, over all connections.
	CPUMs    float64 `json:"cpuMs"`
	OwnCPUMs float64 `json:"ownCpuMs"`
}

// connect opens lean viewers, each until its first packet, and closes them; `parallel` of them at once.
func connect(whep target, count, parallel int, media bool) (*connected, error) {
	self, err := newIdentity()
	if err != nil {
		return nil, err
	}
	own, begun := ownCPUMs(), time.Now()
	cpu, err := cpuMs(whep.pid)
	if err != nil {
		return nil, err
	}
	result := &connected{FirstMs: make([]float64, 0, count)}
	turns := make(chan struct{}, count)
	for n := 0; n < count; n++ {
		turns <- struct{}{}
	}
	close(turns)
	var mutex sync.Mutex
	var failed error
	var working sync.WaitGroup
	for n := 0; n < parallel; n++ {
		working.Add(1)
		go func() {
			defer working.Done()
			for range turns {
				took, err := connectOnce(self, whep.url, media)
				mutex.Lock()
				if err != nil && failed == nil {
					failed = err
				}
				stop := failed != nil
				if !stop {
					result.FirstMs = append(result.FirstMs, float64(took)/float64(time.Millisecond))
				}
				done := len(result.FirstMs)
				mutex.Unlock()
				if stop {
					return
				}
				if done%500 == 0 {
					fmt.Fprintf(os.Stderr, "%d of %d connections\n", done, count)
				}
			}
		}()
	}
	working.Wait()
	if failed != nil {
		return nil, fmt.Errorf("after %d connections: %w", len(result.FirstMs), failed)
	}
	now, err := cpuMs(whep.pid)
	if err != nil {
		return nil, err
	}
	result.CPUMs = now - cpu
	result.OwnCPUMs = ownCPUMs() - own
	result.Seconds = time.Since(begun).Seconds()
	return result, nil
}

func connectOnce(self *identity, endpoint string, media bool) (time.Duration, error) {
	v, err := openLean(self, endpoint, media)
	if err != nil {
		return 0, err
	}
	defer v.close()
	if !media {
		return time.Since(v.offered), nil
	}
	if err := v.awaitFirst(); err != nil {
		return 0, err
	}
	return v.firstAt.Sub(v.offered), nil
}

func ownCPUMs() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}
