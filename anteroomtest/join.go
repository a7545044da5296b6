package anteroomtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// Join is one join over HTTP. Zero values are filled in: a fresh joinId, a name,
// Component View, and a right signature for Meeting and Role.
type Join struct {
	Meeting, Name, Password, ZAK, OBF, TK, Email, CustomerKey, Device string
	Role                                                              int
	Signature                                                         string
	View                                                              string
	JoinID, ResumeToken                                               string
	// Extra are further fields of the request, or replacements of the above.
	Extra map[string]any
}

// JoinResponse is what the server answered to a join.
type JoinResponse struct {
	HTTPStatus    int    `json:"-"`
	MeetingStatus int    `json:"meetingStatus"`
	ErrorCode     int    `json:"errorCode"`
	ErrorMessage  string `json:"errorMessage"`
	Name          string `json:"name"`
	Cause         string `json:"cause"`
	Evidence      string `json:"evidence"`
	Remedy        string `json:"remedy"`
	Retryable     bool   `json:"retryable"`
	RetryAfter    *int   `json:"retryAfter"`
	AttemptID     string `json:"attemptId"`
	AlsoFailing   []struct {
		Step, Name, Cause, Evidence, Remedy string
		Code                                int
	} `json:"alsoFailing"`
	State       string `json:"state"`
	Participant struct {
		UserID int64  `json:"userId"`
		Role   string `json:"role"`
	} `json:"participant"`
	ResumeToken string `json:"resumeToken"`
	Media       *struct{ URL, Token string }
	Realtime    struct{ URL, Token string }
	Warnings    []string `json:"warnings"`
	// Body is the whole response.
	Body []byte `json:"-"`
}

// Request is the join as the page would send it.
func (s *Server) Request(j Join) map[string]any {
	s.t.Helper()
	body := map[string]any{"sdkVersion": "6.2.0", "meetingNumber": j.Meeting}
	set := func(field, value, otherwise string) {
		if value == "" {
			value = otherwise
		}
		if value != "" {
			body[field] = value
		}
	}
	set("joinId", j.JoinID, uuid.NewString())
	set("view", j.View, "component")
	set("userName", j.Name, "Kim")
	set("password", j.Password, "")
	set("zak", j.ZAK, "")
	set("obfToken", j.OBF, "")
	set("tk", j.TK, "")
	set("userEmail", j.Email, "")
	set("customerKey", j.CustomerKey, "")
	set("deviceId", j.Device, "")
	set("resumeToken", j.ResumeToken, "")
	set("signature", j.Signature, "")
	if j.Signature == "" {
		body["signature"] = s.Sign(j.Meeting, j.Role)
	}
	for field, value := range j.Extra {
		body[field] = value
	}
	return body
}

// Join asks to join and returns what the server said.
func (s *Server) Join(j Join) JoinResponse {
	s.t.Helper()
	raw, err := json.Marshal(s.Request(j))
	s.must(err, "write the join")
	return s.Post("/sdk/v1/join", raw)
}

// Post sends a body to the server and reads the response as a join's.
func (s *Server) Post(path string, body []byte) JoinResponse {
	s.t.Helper()
	return s.PostFrom("", path, body)
}

// PostFrom is Post by a page of the given web origin; empty means by no page.
func (s *Server) PostFrom(origin, path string, body []byte) JoinResponse {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, bytes.NewReader(body))
	s.must(err, "make the request")
	request.Header.Set("Content-Type", "application/json")
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	response, err := http.DefaultClient.Do(request)
	s.must(err, "ask the server")
	defer response.Body.Close()
	joined := JoinResponse{HTTPStatus: response.StatusCode}
	joined.Body, err = io.ReadAll(response.Body)
	s.must(err, "read the answer")
	if len(joined.Body) > 0 {
		s.must(json.Unmarshal(joined.Body, &joined), "understand the answer")
	}
	return joined
}
