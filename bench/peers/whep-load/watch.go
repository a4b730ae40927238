package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

type watched struct {
	Connected int     `json:"connected"`
	Seconds   float64 `json:"seconds"`
	// Of all viewers together, within the window.
	Packets int64 `json:"packets"`
	Bytes   int64 `json:"bytes"`
	Lost    int64 `json:"lost"`
	// Of the server's process alone, without its children.
	CPUMs    float64 `json:"cpuMs"`
	RSSBytes int64   `json:"rssBytes"`
}

// watch connects viewers one after the other, lets them settle, and counts for a while.
func watch(whep target, count int, stagger, settle, window time.Duration) (*watched, error) {
	api, err := newAPI(whep.srtp)
	if err != nil {
		return nil, err
	}
	var mutex sync.Mutex
	var viewers []*viewer
	var opening sync.WaitGroup
	for n := 0; n < count; n++ {
		opening.Add(1)
		go func() {
			defer opening.Done()
			v, err := open(api, whep.url)
			if err == nil {
				if err = v.awaitFirst(); err != nil {
					v.close()
				}
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, "whep-load: a viewer:", err)
				return
			}
			mutex.Lock()
			viewers = append(viewers, v)
			mutex.Unlock()
		}()
		time.Sleep(stagger)
	}
	opening.Wait()
	defer closeAll(viewers)
	if len(viewers) == 0 {
		return nil, errors.New("no viewer connected")
	}
	time.Sleep(settle)

	before := make([]tally, len(viewers))
	cpu, err := cpuMs(whep.pid)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	for n, v := range viewers {
		before[n] = v.tally()
	}
	time.Sleep(window)
	result := &watched{Connected: len(viewers)}
	for n, v := range viewers {
		after := v.tally()
		result.Packets += after.packets - before[n].packets
		result.Bytes += after.bytes - before[n].bytes
		result.Lost += after.lost - before[n].lost
	}
	result.Seconds = time.Since(begun).Seconds()
	now, err := cpuMs(whep.pid)
	if err != nil {
		return nil, err
	}
	result.CPUMs = now - cpu
	result.RSSBytes, err = rssBytes(whep.pid)
	return result, err
}

func closeAll(viewers []*viewer) {
	var closing sync.WaitGroup
	for _, v := range viewers {
		closing.Add(1)
		go func(v *viewer) {
			defer closing.Done()
			v.close()
		}(v)
	}
	closing.Wait()
}
