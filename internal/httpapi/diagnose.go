package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/signature"
)

// diagnosis is the answer of `POST /dev/v1/diagnose`.
type diagnosis struct {
	Decision    diagnosed            `json:"decision"`
	AlsoFailing []diagnosed          `json:"alsoFailing"`
	Token       *signature.TokenView `json:"token"`
	Passed      []string             `json:"passed"`
	Warnings    []string             `json:"warnings"`
	Scope       string               `json:"scope"`
}

// diagnosed is one fault, or the good outcome.
type diagnosed struct {
	Step     string       `json:"step"`
	Code     errcode.Code `json:"code"`
	Name     string       `json:"name"`
	Cause    string       `json:"cause"`
	Evidence string       `json:"evidence"`
	Remedy   string       `json:"remedy"`
}

func diagnosedOf(f *admission.Finding) diagnosed {
	return diagnosed{f.Step, f.Code, f.Name, f.Cause, f.Evidence, f.Remedy}
}

// diagnose asks the gate about a join that nobody makes.
func (a *api) diagnose(w http.ResponseWriter, r *http.Request) {
	in, err := readFields(r)
	if err != nil {
		a.developerError(w, err)
		return
	}
	body, faults := joinToDiagnose(in)
	if len(faults.Errors) > 0 {
		a.developerError(w, faults)
		return
	}
	found := a.Sessions.DryRun(r.Context(), admission.DecodeAttempt(body, admission.Meta{RemoteIP: clientIP(r)}))
	response := diagnosis{
		Decision: diagnosedOf(&found.Decision), AlsoFailing: make([]diagnosed, len(found.AlsoFailing)), Token: found.Token,
		Passed: append([]string{}, found.Passed...), Warnings: append([]string{}, found.Warnings...), Scope: found.Scope,
	}
	for i := range found.AlsoFailing {
		response.AlsoFailing[i] = diagnosedOf(&found.AlsoFailing[i])
	}
	writeJSON(w, http.StatusOK, response)
}

// nameless is who joins where no join options are given: the question is then
// about the signature and the meeting, not about the name.
const nameless = "Diagnosis"

// joinToDiagnose makes the join request that a page would send out of the question.
// What is wrong with the join options is the gate's to say; what is wrong with the
// question is said here.
func joinToDiagnose(in fields) ([]byte, *FieldErrors) {
	faults := &FieldErrors{}
	bad := func(property, reason string) { faults.Errors = append(faults.Errors, FieldError{property, reason}) }
	join := fields{}
	if raw, ok := in.given("join"); ok {
		if json.Unmarshal(raw, &join) != nil {
			bad("join", "must be an object of join options")
			return nil, faults
		}
	} else {
		join["userName"] = json.RawMessage(`"` + nameless + `"`)
	}
	raw, given := in["signature"]
	given = given && !bytes.Equal(raw, []byte("null"))
	var text string
	switch _, own := join["signature"]; {
	case !given && !own && len(in["join"]) == 0:
		bad("signature", "is missing")
	case given && json.Unmarshal(raw, &text) != nil:
		bad("signature", "must be a string")
	case given && own && !bytes.Equal(raw, join["signature"]):
		bad("signature", "differs from the one in join")
	case given:
		join["signature"] = raw
	}
	if raw, ok := in.given("meetingNumber"); ok {
		number := in.digits("meetingNumber", faults)
		if own, ok := join.given("meetingNumber"); ok && number != join.digits("meetingNumber", &FieldErrors{}) && !bytes.Equal(raw, own) {
			bad("meetingNumber", "differs from the one in join")
		}
		join["meetingNumber"] = raw
	}
	namePasscode(join)
	body, err := json.Marshal(join)
	if err != nil {
		bad("join", "cannot be read")
	}
	return body, faults
}

// namePasscode does what a view does with the passcode: it passes the option on
// under the name that it had. Client View's name alone means Client View.
func namePasscode(join fields) {
	_, view := join.given("view")
	names := []string{"password", "passWord"}
	if raw, ok := join.given("view"); ok && strings.Contains(string(raw), `"client"`) {
		names = []string{"passWord", "password"}
	}
	for _, name := range names {
		raw, ok := join.given(name)
		if !ok {
			continue
		}
		if !view && name == "passWord" {
			join["view"] = json.RawMessage(`"client"`)
		}
		join["password"] = raw
		if _, named := join.given("passwordOption"); !named {
			join["passwordOption"] = json.RawMessage(`"` + name + `"`)
		}
		break
	}
	delete(join, "passWord")
}
