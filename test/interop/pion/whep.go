package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/pion/webrtc/v3"
)

// session is what WHEP made of an offer.
type session struct {
	// resource is where PATCH and DELETE go.
	resource string
	answer   string
}

// open sends the offer, whole, and takes the answer.
func open(pc *webrtc.PeerConnection, o options) (*session, error) {
	sdp, err := gathered(pc, nil)
	if err != nil {
		return nil, err
	}
	offer := regexp.MustCompile(`a=setup:\w+`).ReplaceAllString(sdp, "a=setup:"+o.setup)
	response, answer, err := send("POST", o.url, "application/sdp", nil, offer)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusCreated {
		return nil, fmt.Errorf("the offer was answered with %s: %s", response.Status, answer)
	}
	base, err := url.Parse(o.url)
	if err != nil {
		return nil, err
	}
	location, err := base.Parse(response.Header.Get("Location"))
	if err != nil {
		return nil, err
	}
	return &session{location.String(), answer},
		pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// restart begins another ICE session (RFC 9725, 4.3.3).
func (s *session) restart(pc *webrtc.PeerConnection, m *meter) error {
	offer, err := gathered(pc, &webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return err
	}
	fragment := strings.Join(linesOf(offer, `a=(ice-ufrag|ice-pwd|mid|candidate|end-of-candidates)|m=`), "")
	response, answer, err := send("PATCH", s.resource, "application/trickle-ice-sdpfrag",
		map[string]string{"If-Match": "*"}, fragment)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the restart was answered with %s: %s", response.Status, answer)
	}
	s.answer = merged(s.answer, answer)
	return pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.answer})
}

func (s *session) end() error {
	response, text, err := send("DELETE", s.resource, "", nil, "")
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the end was answered with %s: %s", response.Status, text)
	}
	return err
}

func (s *session) setup() string       { return valueOf(s.answer, "setup") }
func (s *session) remoteUfrag() string { return valueOf(s.answer, "ice-ufrag") }

// gathered makes the next offer and waits for its candidates.
func gathered(pc *webrtc.PeerConnection, options *webrtc.OfferOptions) (string, error) {
	offer, err := pc.CreateOffer(options)
	if err != nil {
		return "", err
	}
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-done
	return pc.LocalDescription().SDP, nil
}

func send(method, to, kind string, headers map[string]string, body string) (*http.Response, string, error) {
	request, err := http.NewRequest(method, to, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

// merged is the answer with the credentials and candidates of the fragment, all in its first section: there is but
// one transport.
func merged(answer, fragment string) string {
	var result []string
	placed := false
	for _, line := range linesOf(answer, `.`) {
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			result = append(result, "a=ice-ufrag:"+valueOf(fragment, "ice-ufrag")+"\r\n")
		case strings.HasPrefix(line, "a=ice-pwd:"):
			result = append(result, "a=ice-pwd:"+valueOf(fragment, "ice-pwd")+"\r\n")
		case strings.HasPrefix(line, "a=candidate:"), strings.HasPrefix(line, "a=end-of-candidates"):
		case strings.HasPrefix(line, "a=mid:") && !placed:
			placed = true
			result = append(append(result, line), linesOf(fragment, `a=candidate:`)...)
		default:
			result = append(result, line)
		}
	}
	return strings.Join(result, "")
}

func valueOf(sdp, name string) string {
	found := regexp.MustCompile(`(?m)^a=` + name + `:(\S+)`).FindStringSubmatch(sdp)
	if found == nil {
		return ""
	}
	return found[1]
}

// linesOf gives the lines that begin so, each with its end.
func linesOf(sdp, beginning string) []string {
	return regexp.MustCompile(`(?m)^(`+beginning+`).*\r?\n`).FindAllString(sdp, -1)
}
