package main

import (
	"encoding/hex"
	"encoding/json"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// Of each payload, behind the bytes that say how a frame was cut: they are few and known.
const (
	sampleFrom  = 4
	sampleBytes = 16
)

// watch adds what is to be offered, and counts what comes.
func watch(pc *webrtc.PeerConnection, o options, m *meter) error {
	receiveOnly := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	video, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, receiveOnly)
	if err != nil {
		return err
	}
	if err := video.SetCodecPreferences(preferred(o, video.Receiver())); err != nil {
		return err
	}
	var voice *webrtc.TrackLocalStaticRTP
	switch {
	case o.talk:
		opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		if voice, err = webrtc.NewTrackLocalStaticRTP(opus, "voice", "visitor"); err != nil {
			return err
		}
		_, err = pc.AddTransceiverFromTrack(voice)
	case o.audio:
		_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, receiveOnly)
	}
	if err != nil {
		return err
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			listen(track, voice, m)
			return
		}
		m.set(func(r *report) { r.Codec = track.Codec().MimeType })
		_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
		look(track, o, m)
	})
	if o.events > 0 {
		return converse(pc, o, m)
	}
	return nil
}

// A frame ends with the marker (RFC 6184, 5.1; RFC 7741, 4.1).
func look(track *webrtc.TrackRemote, o options, m *meter) {
	first, last := uint16(0), uint16(0)
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		m.set(func(r *report) {
			r.Packets++
			if r.Packets == 1 {
				first, last = packet.SequenceNumber, packet.SequenceNumber
			}
			if ahead := packet.SequenceNumber - last; ahead < 1<<15 {
				last = packet.SequenceNumber
			}
			r.Missing = int(last-first) + 1 - r.Packets
			if packet.Marker {
				r.Frames++
			}
			if len(r.Samples) < o.samples && len(packet.Payload) >= sampleFrom+sampleBytes {
				r.Samples = append(r.Samples, hex.EncodeToString(packet.Payload[sampleFrom:sampleFrom+sampleBytes]))
			}
		})
	}
}

func listen(track *webrtc.TrackRemote, voice *webrtc.TrackLocalStaticRTP, m *meter) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		m.set(func(r *report) { r.AudioPackets++ })
		if voice != nil {
			// The ids of the extensions are this direction's, not the other's.
			packet.Header.Extension, packet.Header.Extensions = false, nil
			_ = voice.WriteRTP(packet)
		}
	}
}

// converse opens the events channel, and answers the first message by ours.
func converse(pc *webrtc.PeerConnection, o options, m *meter) error {
	channel, err := pc.CreateDataChannel("events", nil)
	if err != nil {
		return err
	}
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		first := false
		m.set(func(r *report) {
			first = len(r.Events) == 0
			r.Events = append(r.Events, json.RawMessage(message.Data))
		})
		if first && o.say != "" {
			_ = channel.SendText(o.say)
		}
	})
	return nil
}
