package anteroomtest

import (
	"encoding/json"
	"net/http"
)

// Fault is one reason why a join is refused.
type Fault struct {
	Step, Name, Cause, Evidence, Remedy string
	Code                                int
}

// Diagnosis is what a join would come to, and why.
type Diagnosis struct {
	// Decision has code 0 where the join would be admitted.
	Decision    Fault
	AlsoFailing []Fault
	// Token is the signature decoded; nil where it cannot be read.
	Token *struct{ Header, Claims map[string]any }
	// Passed are the rules of the gate that hold.
	Passed, Warnings []string
	// Scope is "gate", or "signature" where no meeting is known.
	Scope string
	// Body is the whole response.
	Body []byte `json:"-"`
}

// Diagnose asks what a join would come to, without joining: nobody enters, and
// nothing is counted or recorded.
func (s *Server) Diagnose(j Join) Diagnosis {
	s.t.Helper()
	join := s.Request(j)
	raw, err := json.Marshal(map[string]any{"join": join})
	s.must(err, "write the question")
	joined := s.Post("/dev/v1/diagnose", raw)
	if joined.HTTPStatus != http.StatusOK {
		s.t.Fatalf("anteroomtest: the diagnosis was refused with %d: %s", joined.HTTPStatus, joined.Body)
	}
	d := Diagnosis{Body: joined.Body}
	s.must(json.Unmarshal(joined.Body, &d), "understand the diagnosis")
	return d
}
