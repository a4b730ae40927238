// Viewers without a screen: connects to a WHEP endpoint, takes what comes, counts it, and ends by itself.
//
// Each prints one line of JSON on standard output; what goes wrong is told on standard error.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"
)

// What every mode knows of the server.
type target struct {
	url  string
	pid  int
	srtp string
}

func main() {
	mode := flag.String("mode", "watch",
		"watch: viewers that stay; connect: viewers that come and go; receive: one, told each second; flood: none")
	url := flag.String("url", "", "WHEP endpoint")
	pid := flag.Int("pid", 0, "process whose CPU time and memory are read; 0 for none")
	srtp := flag.String("srtp", "gcm", "the only SRTP profile offered: gcm or sha1")
	viewers := flag.Int("viewers", 1, "watch: how many")
	stagger := flag.Duration("stagger", 50*time.Millisecond, "watch: between two viewers' offers")
	settle := flag.Duration("settle", 3*time.Second, "watch: from the last connection to the first count")
	window := flag.Duration("window", 10*time.Second, "watch, receive, flood: how long")
	count := flag.Int("count", 20, "connect: how often")
	parallel := flag.Int("parallel", 1, "connect: how many at once")
	media := flag.Bool("media", true, "connect: until the first packet; else a data channel, until the handshake's end")
	server := flag.String("server", "", "flood: address and port of the media")
	viewer := flag.String("viewer", "", "flood: address and port that some datagrams claim")
	username := flag.String("username", "", "flood: STUN's USERNAME")
	rate := flag.Int("rate", 10000, "flood: datagrams a second")
	flag.Parse()

	whep := target{url: *url, pid: *pid, srtp: *srtp}
	var result any
	var err error
	switch *mode {
	case "watch":
		result, err = watch(whep, *viewers, *stagger, *settle, *window)
	case "connect":
		result, err = connect(whep, *count, *parallel, *media)
	case "receive":
		err = receive(whep, *window)
	case "flood":
		result, err = flood(*server, *viewer, *username, *rate, *window)
	default:
		err = fmt.Errorf("there is no mode %q", *mode)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "whep-load:", err)
		os.Exit(1)
	}
	if result != nil {
		json.NewEncoder(os.Stdout).Encode(result)
	}
}
