package session

import "github.com/anteroom/anteroom/internal/meeting"

// Recording by a participant: the server keeps who may and shows who does. What
// is recorded is the page's own affair.

// requestCapture asks the hosts whether one may record.
func requestCapture(c *action) error {
	if mayCapture(c.self) {
		c.tell(c.self.ID, "capture.answered", map[string]any{"allowed": true})
		return nil
	}
	return c.inform("", 0, "capture.requested", toHosts(map[string]any{"userId": c.self.UserID}))
}

func mayCapture(seat *meeting.Seat) bool { return isHost(seat) || seat.Extras.MayCapture }

// permitCapture lets somebody record, or no longer; it answers a request, too.
func permitCapture(c *action) error {
	var in struct {
		UserID  int64
		Allowed *bool
	}
	if err := c.read(&in); err != nil {
		return err
	}
	if in.Allowed == nil {
		return refuse(RefusedParameters, "allowed is missing")
	}
	seat, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if isHost(seat) {
		return refuse(RefusedOperation, "only hosts may record")
	}
	c.tell(seat.ID, "capture.answered", map[string]any{"allowed": *in.Allowed})
	if seat.Extras.MayCapture == *in.Allowed {
		return nil
	}
	seat.Extras.MayCapture = *in.Allowed
	fields := map[string]any{"userId": seat.UserID, "mayCapture": *in.Allowed}
	if !*in.Allowed && seat.Extras.Capture != meeting.CaptureOff {
		seat.Extras.Capture = meeting.CaptureOff
		fields["capture"] = captureName(seat)
	}
	return c.changed(seat, fields)
}

// setCapture shows everybody whether one records.
func setCapture(c *action) error {
	var in struct{ Status string }
	if err := c.read(&in); err != nil {
		return err
	}
	status, known := captureStates[in.Status]
	switch {
	case !known:
		return refuse(RefusedParameters, "status: on, paused or off")
	case status != meeting.CaptureOff && !mayCapture(c.self):
		return refuse(RefusedPrivileges, "a host must allow recording first")
	case status == meeting.CapturePaused && c.self.Extras.Capture == meeting.CaptureOff:
		return refuse(RefusedOperation, "nothing is being recorded")
	case status == c.self.Extras.Capture:
		return refuse(RefusedOperation, "the recording status is already set")
	}
	c.self.Extras.Capture = status
	return c.changed(c.self, map[string]any{"userId": c.self.UserID, "capture": captureName(c.self)})
}

var captureStates = map[string]meeting.CaptureStatus{"on": meeting.CaptureOn, "paused": meeting.CapturePaused, "off": meeting.CaptureOff}

func captureName(seat *meeting.Seat) string {
	if seat.Extras.Capture == meeting.CaptureOff {
		return "off"
	}
	return string(seat.Extras.Capture)
}
