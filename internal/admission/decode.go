package admission

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/signature"
)

// The limits of join options, in characters where nothing else is said.
const (
	MaxUserName    = 128
	MaxPassword    = 32
	MaxCustomerKey = 36
	MaxUserEmail   = 100
	maxToken       = 4096 // bytes; zak, obfToken, tk, recordingToken, resumeToken
	maxShort       = 128  // joinId, deviceId
	maxVersion     = 32
	maxKeyOption   = 128
	maxWarnings    = 16
	maxLinkText    = 512 // bytes of a passcode in which our link form is looked for
)

// bodyField names the request itself where no single option is at fault.
const bodyField = "body"

// retained is the body size, in bytes, up to which the attempt shares memory with
// one copy of the whole body; of larger ones only the options are stored.
const retained = 8 << 10

// Meta is what the transport knows of a join beside its body.
type Meta struct {
	// RemoteIP is the joiner's address, without a port.
	RemoteIP  string
	Origin    string
	UserAgent string
}

// The options of the join request, in the order in which their faults are reported.
const (
	optMeetingNumber = iota
	optUserName
	optPassword
	optCustomerKey
	optUserEmail
	optSignature
	optZAK
	optOBFToken
	optTK
	optView
	optSDKVersion
	optJoinID
	optPasswordOption
	optRecordingToken
	optDeviceID
	optResumeToken
	optSDKKey
	optAPIKey
	optWaitID
	optCheck
	numOptions
)

var optionNames = [numOptions]string{
	"meetingNumber", "userName", "password", "customerKey", "userEmail", "signature", "zak", "obfToken", "tk",
	"view", "sdkVersion", "joinId", "passwordOption", "recordingToken", "deviceId", "resumeToken", "sdkKey", "apiKey", "waitId", "check",
}

func optionIndex(name string) int {
	for i, n := range optionNames {
		if len(n) == len(name) && n == name {
			return i
		}
	}
	return -1
}

// option is one option as it was written.
type option struct {
	kind  valueKind
	value string
	seen  bool
	twice bool
	noted bool // a warning names its type
}

type decoder struct {
	options [numOptions]option
	a       *Attempt
	own     func(string) string
}

// DecodeAttempt reads a join request. It never fails: what is wrong waits in
// Invalid for the options rule, what is odd is reported in Warnings. The body is
// not kept. Values over their limit are cut, so that an attempt stays small
// whatever was sent.
func DecodeAttempt(body []byte, meta Meta) *Attempt {
	a := &Attempt{RemoteIP: clip(meta.RemoteIP, 64), Origin: clip(meta.Origin, 256), UserAgent: clip(meta.UserAgent, 256)}
	d := decoder{a: a, own: func(s string) string { return s }}
	if len(body) > retained {
		d.own = strings.Clone
	}
	doc := string(body)
	if !utf8.ValidString(doc) {
		doc = strings.ToValidUTF8(doc, "\uFFFD")
	}
	s := scanner{doc: strings.TrimPrefix(doc, "\uFEFF")}
	s.object(func(name string) { d.member(&s, name) })
	if !s.bad && s.peek() != 0 {
		s.fail()
	}
	if s.bad || s.pos < len(s.doc) {
		a.Warnings = nil
		a.Invalid = []InvalidOption{{
			Field: bodyField, Cause: bodyField + "_malformed",
			Evidence: notJSON(s.doc, s.pos),
		}}
		return a
	}
	d.judge()
	return a
}

func notJSON(doc string, pos int) string {
	switch {
	case blank(doc):
		return "the request has no body; it must be a JSON object"
	case doc[0] == '[' || doc[0] == '"':
		return "the request must be a JSON object"
	}
	// Only where: what stands there may be a passcode or a token.
	return fmt.Sprintf("the request is not valid JSON: syntax error at byte %d of %d", pos, len(doc))
}

// member stores a known option and notes an unknown one.
func (d *decoder) member(s *scanner, name string) {
	kind, value := s.value(1)
	i := optionIndex(name)
	if i < 0 {
		if kind != kindNull && value != "" && !s.bad {
			d.unknown(name)
		}
		return
	}
	o := &d.options[i]
	if o.seen && (o.kind != kind || o.value != value) {
		o.twice = true
	}
	o.kind, o.value, o.seen = kind, value, true
}

func (d *decoder) unknown(name string) {
	if len(d.a.Warnings) >= maxWarnings {
		return
	}
	text := "unknown_option: " + quote(clip(name, 40)) + " is not a join option and is ignored"
	if near := nearestOption(name); near != "" {
		text += "; did you mean “" + near + "”?"
	}
	d.a.Warnings = append(d.a.Warnings, text)
}

// refuse notes a fault.
func (d *decoder) refuse(field string, fault errcode.Fault, format string, args ...any) {
	d.a.Invalid = append(d.a.Invalid, InvalidOption{
		Field: field, Cause: field + "_" + string(fault), Evidence: field + " " + fmt.Sprintf(format, args...),
	})
}

// text is an option that must be a text; a number is taken as its text. Absent, null
// and "" are the same.
func (d *decoder) text(i int) (string, bool) {
	o := &d.options[i]
	switch {
	case o.twice:
		d.refuse(optionNames[i], errcode.Malformed, "is given twice with different values")
		return "", false
	case o.kind == kindText:
		return o.value, true
	case o.kind == kindNumber:
		d.numeric(i)
		return o.value, true
	case o.seen && o.kind != kindNull:
		d.refuse(optionNames[i], errcode.Malformed, "is %s; it must be a string", o.kind.name())
		return "", false
	}
	return "", true
}

// numeric notes that a text was passed as a number, once for each option. The number
// itself may be a passcode and is not repeated.
func (d *decoder) numeric(i int) {
	if o := &d.options[i]; !o.noted && len(d.a.Warnings) < maxWarnings {
		o.noted = true
		d.a.Warnings = append(d.a.Warnings, "number_as_text: "+optionNames[i]+" is a number and was converted to a string; "+
			"pass a string, because a number loses its leading zeros")
	}
}

// bounded is a text of at most so many bytes; more is cut and refused.
func (d *decoder) bounded(i, most int) string {
	s, _ := d.text(i)
	if len(s) > most {
		d.refuse(optionNames[i], errcode.TooLong, "has %s; at most %s are allowed", byteCount(len(s)), byteCount(most))
		s = clip(s, most)
	}
	return d.own(s)
}

// limited is a text of at most so many characters; more is cut and refused.
func (d *decoder) limited(i, most int) string {
	s, _ := d.text(i)
	if len(s) > most {
		if n := utf8.RuneCountInString(s); n > most {
			d.refuse(optionNames[i], errcode.TooLong, "has %d characters; at most %d are allowed", n, most)
			s = clip(s, most)
		}
	}
	return d.own(s)
}

func byteCount(n int) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// judge goes through the options in the order of the table.
func (d *decoder) judge() {
	a := d.a
	d.meetingNumber()
	d.userName()
	d.password()
	a.CustomerKey = d.limited(optCustomerKey, MaxCustomerKey)
	d.userEmail()
	d.signature()
	a.ZAK = d.bounded(optZAK, maxToken)
	a.OBFToken = d.bounded(optOBFToken, maxToken)
	if blank(a.ZAK) {
		a.ZAK = ""
	}
	if blank(a.OBFToken) {
		a.OBFToken = ""
	}
	if a.ZAK != "" && a.OBFToken != "" {
		a.Invalid = append(a.Invalid, InvalidOption{
			Field: "obfToken", Cause: "zak_and_obf",
			Evidence: "both zak and obfToken were passed: a ZAK signs the user in, an OBF joins on behalf of somebody else; pass only one of them",
		})
	}
	a.TK = d.bounded(optTK, maxToken)
	d.view()
	a.SDKVersion = d.bounded(optSDKVersion, maxVersion)
	a.JoinID = d.bounded(optJoinID, maxShort)
	a.PasswordOption = d.bounded(optPasswordOption, maxShort)
	a.RecordingToken = d.bounded(optRecordingToken, maxToken)
	a.DeviceID = d.bounded(optDeviceID, maxShort)
	a.ResumeToken = d.bounded(optResumeToken, maxToken)
	a.WaitID = d.bounded(optWaitID, maxShort)
	d.check()
	a.LegacyKey = d.bounded(optSDKKey, maxKeyOption)
	if key := d.bounded(optAPIKey, maxKeyOption); a.LegacyKey == "" {
		a.LegacyKey = key
	}
}

func (d *decoder) check() {
	o := &d.options[optCheck]
	switch {
	case o.twice:
		d.refuse(optionNames[optCheck], errcode.Malformed, "is given twice with different values")
	case o.kind == kindBool:
		d.a.Check = o.value == "true"
	case o.seen && o.kind != kindNull:
		d.refuse(optionNames[optCheck], errcode.Malformed, "is %s; it must be true or false", o.kind.name())
	}
}

func (d *decoder) meetingNumber() {
	const field = "meetingNumber"
	o := &d.options[optMeetingNumber]
	raw := o.value
	switch {
	case o.twice:
		d.refuse(field, errcode.Malformed, "is given twice with different values")
		return
	case o.kind == kindNumber:
		if strings.Trim(raw, "0123456789") != "" {
			d.refuse(field, errcode.Malformed, "is %s; it must be an integer without an exponent, preferably passed as a string", quote(raw))
			return
		}
	case o.kind != kindText && o.kind != kindNull:
		d.refuse(field, errcode.Malformed, "is %s; it must be a string of 9 to 11 digits", o.kind.name())
		return
	case o.kind == kindNull || blank(raw):
		d.refuse(field, errcode.Missing, "is missing or blank")
		return
	}
	if len(raw) > 1024 {
		d.refuse(field, errcode.TooLong, "has %s; a meeting number has 9 to 11 digits", byteCount(len(raw)))
		return
	}
	clean := signature.CleanMeetingNumber(raw)
	digits := clean != "" && strings.Trim(clean, "0123456789") == ""
	switch {
	case !digits:
		d.refuse(field, errcode.Malformed, "is %s%s; it must be 9 to 11 digits", quote(stripQuery(raw)), shapeOf(raw))
	case len(clean) < 9:
		d.refuse(field, errcode.Malformed, "is %s: %d digits, and it must be 9 to 11", quote(raw), len(clean))
	case len(clean) > 11:
		d.refuse(field, errcode.TooLong, "is %s: %d digits, and it must be 9 to 11", quote(raw), len(clean))
	default:
		d.a.MeetingNumber = d.own(clean)
		if len(clean) != len(raw) {
			d.a.Warnings = append(d.a.Warnings, "meeting_number_cleaned: meetingNumber was read as "+clean+"; pass only the digits")
		}
	}
}

func (d *decoder) userName() {
	const field = "userName"
	before := len(d.a.Invalid)
	name := CleanName(d.limited(optUserName, MaxUserName))
	d.a.UserName = name
	switch {
	case len(d.a.Invalid) > before:
	case blank(name):
		d.refuse(field, errcode.Missing, "is missing or blank")
		d.a.UserName = ""
	}
	if HasScript(d.options[optUserName].value) && d.options[optUserName].kind == kindText {
		d.refuse(field, errcode.Malformed, "contains a script tag")
	}
}

func (d *decoder) password() {
	s, ok := d.text(optPassword)
	if !ok {
		return
	}
	if n := utf8.RuneCountInString(s); n > MaxPassword && !linkFormIn(s) {
		d.refuse("password", errcode.TooLong, "has %d characters; at most %d are allowed", n, MaxPassword)
		s = clip(s, MaxPassword)
	}
	d.a.Password = d.own(s)
	d.a.HasPassword = s != ""
	d.a.NumericPassword = d.options[optPassword].kind == kindNumber
}

func (d *decoder) userEmail() {
	const field = "userEmail"
	s, ok := d.text(optUserEmail)
	s = strings.TrimSpace(s)
	switch {
	case !ok || s == "":
		return
	case utf8.RuneCountInString(s) > MaxUserEmail:
		d.refuse(field, errcode.TooLong, "has %d characters; at most %d are allowed", utf8.RuneCountInString(s), MaxUserEmail)
		s = clip(s, MaxUserEmail)
	case !isEmailAddress(s):
		d.refuse(field, errcode.Malformed, "is %s, which is not an address such as name@example.com", quote(s))
	}
	d.a.UserEmail = d.own(s)
}

func (d *decoder) signature() {
	const field = "signature"
	s, ok := d.text(optSignature)
	switch {
	case !ok:
	case blank(s):
		d.refuse(field, errcode.Missing, "is missing or blank%s", d.misplacedSignature())
		s = ""
	case len(s) > signature.MaxSize:
		d.refuse(field, errcode.TooLong, "has %s; a signature has about 300", byteCount(len(s)))
		s = clip(s, signature.MaxSize)
	}
	d.a.Signature = d.own(s)
}

// misplacedSignature says in which other option a signature stands.
func (d *decoder) misplacedSignature() string {
	for _, i := range [...]int{optTK, optZAK, optOBFToken, optRecordingToken} {
		t, err := signature.Parse(d.options[i].value)
		if err == nil && t.KeyClaim() != "" && t.Claims.MeetingNumber != "" {
			return "; the option " + optionNames[i] + " contains one"
		}
	}
	return ""
}

func (d *decoder) view() {
	d.a.View = "component"
	switch v := d.bounded(optView, maxShort); v {
	case "", "component":
	case "client":
		d.a.View = v
	default:
		d.refuse("view", errcode.Malformed, "is %s; it must be “client” or “component”", quote(v))
	}
}
