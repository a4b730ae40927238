package main

import (
	"fmt"
	"net"
	"reflect"
	"strings"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
)

var profiles = map[string]dtls.SRTPProtectionProfile{
	"gcm": dtls.SRTP_AEAD_AES_128_GCM,
	"cm":  dtls.SRTP_AES128_CM_HMAC_SHA1_80,
}

// IANA's names, as browsers have them in srtpCipher.
var profileNames = map[dtls.SRTPProtectionProfile]string{
	dtls.SRTP_AEAD_AES_128_GCM:       "SRTP_AEAD_AES_128_GCM",
	dtls.SRTP_AES128_CM_HMAC_SHA1_80: "SRTP_AES128_CM_HMAC_SHA1_80",
}

var families = map[string]webrtc.NetworkType{
	"IPv4": webrtc.NetworkTypeUDP4,
	"IPv6": webrtc.NetworkTypeUDP6,
}

func newPeer(o options) (*webrtc.PeerConnection, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, err
	}
	settings, err := settingsFor(o)
	if err != nil {
		return nil, err
	}
	configuration := webrtc.Configuration{}
	if o.turn != "" {
		configuration.ICETransportPolicy = webrtc.ICETransportPolicyRelay
		configuration.ICEServers = []webrtc.ICEServer{{
			URLs: []string{o.turn}, Username: o.turnUser, Credential: o.turnPassword,
		}}
	}
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings),
	)
	return api.NewPeerConnection(configuration)
}

func settingsFor(o options) (webrtc.SettingEngine, error) {
	settings := webrtc.SettingEngine{}
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetLite(o.lite)
	if o.profile != "" {
		settings.SetSRTPProtectionProfiles(profiles[o.profile])
	}
	if o.family != "" {
		settings.SetNetworkTypes([]webrtc.NetworkType{families[o.family]})
	}
	if o.onlyPorts != "" {
		conn, err := net.ListenPacket("udp4", net.JoinHostPort(o.address, fmt.Sprint(o.port)))
		if err != nil {
			return settings, err
		}
		filtered := &onlyPorts{PacketConn: conn}
		if _, err := fmt.Sscanf(o.onlyPorts, "%d-%d", &filtered.low, &filtered.high); err != nil {
			return settings, err
		}
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
		settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, filtered))
	} else if o.port != 0 {
		return settings, settings.SetEphemeralUDPPortRange(uint16(o.port), uint16(o.port))
	}
	return settings, nil
}

// onlyPorts drops all packets but those between this socket and some ports of the far side, as a firewall would.
type onlyPorts struct {
	net.PacketConn
	low, high int
}

func (c *onlyPorts) ReadFrom(into []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(into)
		if err != nil || c.passes(from) {
			return n, from, err
		}
	}
}

func (c *onlyPorts) WriteTo(packet []byte, to net.Addr) (int, error) {
	if !c.passes(to) {
		return len(packet), nil
	}
	return c.PacketConn.WriteTo(packet, to)
}

func (c *onlyPorts) passes(address net.Addr) bool {
	udp, ok := address.(*net.UDPAddr)
	return ok && udp.Port >= c.low && udp.Port <= c.high
}

// The DTLS connection's own word on its part and its SRTP profile. Pion keeps both to itself, so they are read where
// Debian's version has them.
func agreed(transport *webrtc.DTLSTransport) (role, profile string) {
	conn := reflect.ValueOf(transport).Elem().FieldByName("conn")
	if !conn.IsValid() || conn.IsNil() {
		return "", ""
	}
	state := conn.Elem().FieldByName("state")
	role = "server"
	if state.FieldByName("isClient").Bool() {
		role = "client"
	}
	return role, profileNames[dtls.SRTPProtectionProfile(state.FieldByName("srtpProtectionProfile").Uint())]
}

// Only the one codec, with its RTX.
func preferred(o options, receiver *webrtc.RTPReceiver) []webrtc.RTPCodecParameters {
	var kept []webrtc.RTPCodecParameters
	var payloadTypes []string
	codecs := receiver.GetParameters().Codecs
	for _, codec := range codecs {
		if strings.EqualFold(codec.MimeType, "video/"+o.codec) {
			kept = append(kept, codec)
			payloadTypes = append(payloadTypes, fmt.Sprintf("apt=%d", codec.PayloadType))
		}
	}
	for _, codec := range codecs {
		for _, apt := range payloadTypes {
			if strings.EqualFold(codec.MimeType, "video/rtx") && codec.SDPFmtpLine == apt {
				kept = append(kept, codec)
			}
		}
	}
	return kept
}
