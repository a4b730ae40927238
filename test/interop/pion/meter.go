package main

import (
	"encoding/json"
	"sync"
)

// report is printed at the end; the names are those of ClientReport.
type report struct {
	AnswerSetup  string            `json:"answerSetup"`
	DTLSRole     string            `json:"dtlsRole"`
	SRTPProfile  string            `json:"srtpProfile"`
	ICERole      string            `json:"iceRole"`
	Local        string            `json:"localCandidate"`
	Remote       string            `json:"remoteCandidate"`
	Codec        string            `json:"codec"`
	Frames       int               `json:"frames"`
	Packets      int               `json:"packets"`
	Missing      int               `json:"missing"`
	AudioPackets int               `json:"audioPackets"`
	Events       []json.RawMessage `json:"events"`
	Samples      []string          `json:"samples"`
	// NewCredentials is true where the device answered the restart with an ICE session of its own.
	NewCredentials bool `json:"newCredentials"`
}

// meter holds the report while it is being filled, and wakes who waits for it.
type meter struct {
	mutex  sync.Mutex
	cond   *sync.Cond
	report report
}

func newMeter() *meter {
	m := &meter{report: report{Events: []json.RawMessage{}, Samples: []string{}}}
	m.cond = sync.NewCond(&m.mutex)
	return m
}

func (m *meter) set(change func(*report)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	change(&m.report)
	m.cond.Broadcast()
}

// wait returns when the report is so; the limit of the whole run ends it otherwise.
func (m *meter) wait(so func(*report) bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for !so(&m.report) {
		m.cond.Wait()
	}
}

func (m *meter) frames() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.report.Frames
}
