// Package loadgen brings synthetic participants into a running server: each joins
// through the gate with a signature of its own, holds the control channel, and
// sends a looped clip, and silence for sound, through the media server's own
// client. It is for load, tests and benchmarks, and no part of the program.
package loadgen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/signature"
)

// maxResponse bounds an answer of the server in bytes.
const maxResponse = 4 << 20

// Meeting is a meeting and an app that may join it.
type Meeting struct {
	// Server is the address of the server, such as http://127.0.0.1:8080.
	Server string
	// Number and Passcode are the meeting's; Passcode may be empty.
	Number, Passcode string
	// Key and Secret are the app's SDK credentials, which sign the joins.
	Key, Secret string
}

// Demo returns the demo meeting of a server in development mode.
func Demo(ctx context.Context, server string) (Meeting, error) {
	var world struct {
		Defaults struct{ SDKKey, SDKSecret, MeetingNumber, Password string }
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/dev/v1/world", nil)
	if err != nil {
		return Meeting{}, err
	}
	if err := exchange(request, &world); err != nil {
		return Meeting{}, err
	}
	d := world.Defaults
	return Meeting{Server: server, Number: d.MeetingNumber, Passcode: d.Password, Key: d.SDKKey, Secret: d.SDKSecret}, nil
}

// JoinResponse is what the gate gave.
type JoinResponse struct {
	State       string
	Participant struct {
		UserID int64 `json:"userId"`
	}
	Meeting         struct{ SessionID string }
	ResumeToken     string
	Media, Realtime *Endpoint
}

// Endpoint is where a participant connects to, and the token that admits it.
type Endpoint struct{ URL, Token string }

// RequestJoin asks the gate to join; more adds to the request or replaces parts of it. A
// refusal is an error with the gate's reason.
func (m Meeting) RequestJoin(ctx context.Context, name string, more map[string]any) (JoinResponse, error) {
	signed, err := signature.Sign(signature.SignOptions{
		Key: m.Key, Secret: m.Secret, MeetingNumber: m.Number,
		IssuedAt: time.Now().Add(-30 * time.Second), ExpiresAt: time.Now().Add(2 * time.Hour),
	})
	if err != nil {
		return JoinResponse{}, err
	}
	request := map[string]any{
		"joinId": uuid.NewString(), "view": "component", "sdkVersion": "6.2.0", "meetingNumber": m.Number,
		"userName": name, "signature": signed, "password": m.Passcode,
	}
	maps.Copy(request, more)
	var got JoinResponse
	err = m.post(ctx, "/sdk/v1/join", request, &got)
	if err == nil && (got.Realtime == nil || got.Media == nil) {
		err = fmt.Errorf("%s is %s and not inside", name, got.State)
	}
	return got, err
}

func (m Meeting) post(ctx context.Context, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Server+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	return exchange(request, into)
}

// exchange sends the request and reads a JSON response into a value that may be nil.
func exchange(request *http.Request, into any) error {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s returned %d: %.300s", request.URL.Path, response.StatusCode, raw)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}
