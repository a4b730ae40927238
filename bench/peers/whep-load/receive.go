package main

import (
	"encoding/json"
	"os"
	"time"
)

// What a flooder has to know to hit this viewer's session.
type place struct {
	// Where the server's media comes from, and where this viewer is.
	Server string `json:"server"`
	Viewer string `json:"viewer"`
	// STUN's USERNAME towards the server.
	Username string `json:"username"`
}

type received struct {
	Packets int64 `json:"packets"`
	// Of all that is no RTP.
	OtherBytes int64 `json:"otherBytes"`
}

// receive watches with one lean viewer: says where, then what came in each second, for `window`.
func receive(whep target, window time.Duration) error {
	self, err := newIdentity()
	if err != nil {
		return err
	}
	v, err := openLean(self, whep.url, true)
	if err != nil {
		return err
	}
	defer v.close()
	if err := v.awaitFirst(); err != nil {
		return err
	}
	server := v.remoteAddress()
	lines := json.NewEncoder(os.Stdout)
	viewer := *server
	viewer.IP, viewer.Port = self.address, v.port()
	if server.IP.IsLoopback() {
		viewer.IP = server.IP
	}
	username := v.remote.ufrag + ":" + v.ufrag
	if err := lines.Encode(place{server.String(), viewer.String(), username}); err != nil {
		return err
	}
	before := v.counted()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for end := time.Now().Add(window); time.Now().Before(end); {
		<-ticker.C
		now := v.counted()
		if err := lines.Encode(received{now.packets - before.packets, now.otherBytes - before.otherBytes}); err != nil {
			return nil // who listened has seen enough
		}
		before = now
	}
	return nil
}
