package scenario

import "time"

// The people of a scenario, as its steps call them.
const (
	// Joiner is whoever makes the join that the scenario is about.
	Joiner = "joiner"
	// TheHost is the meeting's host, where somebody has to be one.
	TheHost = "host"
)

// Step is one thing to be done around a join: "before" runs around or before
// it, "after" once it has been answered. Do is one of a closed list, and each
// uses the fields named beside it.
type Step struct {
	// Do is skip-init; init-with (Options); join-other-meeting (Join);
	// block-webrtc; open-page (As, View, Join); act (As, Action, Target); http
	// (Method, Path, Body); cut-network (ForMS); restore-network; call (Method,
	// Args); or wait (MS).
	Do string `json:"do"`
	// Options are further options of init.
	Options map[string]any `json:"options,omitempty"`
	// Join are join options under the names of the step's view; without one,
	// names that both views share.
	Join Options `json:"join,omitempty"`
	// As names the page, and whose page it is.
	As   string `json:"as,omitempty"`
	View string `json:"view,omitempty"`
	// Action is lock, unlock, remove, end, admit, hold or leave; Target is whom it
	// is done to: a page's name, or Joiner.
	Action string `json:"action,omitempty"`
	Target string `json:"target,omitempty"`
	// Method is an HTTP method, or the function of the view that is called.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Body   any    `json:"body,omitempty"`
	// ForMS and MS are milliseconds.
	ForMS int64 `json:"forMs,omitempty"`
	Args  []any `json:"args,omitempty"`
	MS    int64 `json:"ms,omitempty"`
}

func skipInit() Step                       { return Step{Do: "skip-init"} }
func initWith(options map[string]any) Step { return Step{Do: "init-with", Options: options} }
func joinOtherMeeting(join Options) Step   { return Step{Do: "join-other-meeting", Join: join} }
func blockWebRTC() Step                    { return Step{Do: "block-webrtc"} }
func cutNetwork(length time.Duration) Step {
	return Step{Do: "cut-network", ForMS: length.Milliseconds()}
}

func call(function string, args ...any) Step { return Step{Do: "call", Method: function, Args: args} }

func post(path string, body any) Step {
	return Step{Do: "http", Method: "POST", Path: path, Body: body}
}

func openPage(as string, join Options) Step {
	return Step{Do: "open-page", As: as, View: ComponentView, Join: join}
}

func act(as, action string, on ...string) Step {
	s := Step{Do: "act", As: as, Action: action}
	if len(on) > 0 {
		s.Target = on[0]
	}
	return s
}

// fault is the injection of a fault for one meeting alone, so that scenarios do
// not meet each other's.
func fault(point, kind, meetingNumber string, count int) Step {
	return post("/dev/v1/faults", map[string]any{"point": point, "kind": kind, "meetingNumber": meetingNumber, "count": count})
}
