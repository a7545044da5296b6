package livekit

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/url"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// signallingParameters are what pages say in the query, the token aside.
var signallingParameters = []string{
	"adaptive_stream", "auto_subscribe", "browser", "browser_version", "client_protocol", "device_model",
	"disable_ice_lite", "join_request", "network", "os", "os_version", "protocol", "reconnect", "reconnect_reason",
	"sdk", "sid", "subscriber_allow_pause", "version",
}

// maxJoinRequest bounds a join request, packed and unpacked, in bytes.
const maxJoinRequest = 64 << 10

// The texts go to the browser.
var (
	errQuery       = errors.New("malformed query")
	errJoinRequest = errors.New("join request not valid")
)

// signallingQuery is the part of a query that LiveKit may see, and whether it asks to
// go on with a session.
func signallingQuery(raw string) (query url.Values, resumes bool, err error) {
	in, err := url.ParseQuery(raw)
	if err != nil {
		return nil, false, errQuery
	}
	out := url.Values{}
	for _, name := range signallingParameters {
		if value, ok := in[name]; ok {
			out[name] = value[:1]
		}
	}
	if join := out.Get("join_request"); join != "" {
		resumes, err = checkJoinRequest(join)
		return out, resumes, err
	}
	reconnect := out.Get("reconnect")
	return out, reconnect == "1" || reconnect == "true", nil
}

// checkJoinRequest looks into the message that newer clients send in place of
// parameters. Tracks could be asked for in it, past the proxy's look at them;
// pages ask for them later. LiveKit reads it again.
func checkJoinRequest(encoded string) (resumes bool, err error) {
	if len(encoded) > base64.URLEncoding.EncodedLen(maxJoinRequest) {
		return false, errJoinRequest
	}
	raw, err := base64.URLEncoding.DecodeString(encoded)
	if err != nil {
		return false, errJoinRequest
	}
	wrapped, join := &lk.WrappedJoinRequest{}, &lk.JoinRequest{}
	if err := proto.Unmarshal(raw, wrapped); err != nil {
		return false, errJoinRequest
	}
	body := wrapped.GetJoinRequest()
	switch wrapped.GetCompression() {
	case lk.WrappedJoinRequest_NONE:
	case lk.WrappedJoinRequest_GZIP:
		if body, err = gunzip(body); err != nil {
			return false, errJoinRequest
		}
	default:
		return false, errJoinRequest
	}
	if err := proto.Unmarshal(body, join); err != nil {
		return false, errJoinRequest
	}
	if len(join.GetAddTrackRequests()) > 0 || join.GetMetadata() != "" || len(join.GetParticipantAttributes()) > 0 {
		return false, errJoinRequest
	}
	// A page's first offer is short, and names no candidates: the page finds them later.
	offer, err := readDescription([]byte(join.GetPublisherOffer().GetSdp()))
	if err != nil || offer.work > unitOfSections || len(offer.candidates) > 0 {
		return false, errJoinRequest
	}
	return join.GetReconnect(), nil
}

func gunzip(in []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(in))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(reader, maxJoinRequest+1))
	if err == nil && len(out) > maxJoinRequest {
		err = errTooBig
	}
	return out, err
}
