package session

import "github.com/anteroom/anteroom/internal/meeting"

// Recording by a participant: the server keeps who may and shows who does. What
// is recorded is the page's own affair.

// requestCapture asks the hosts whether one may record.
func requestCapture(c *action) error {
	if mayCapture(c.self) {
		c.send(c.self.ID, "capture.answered", map[string]any{"allowed": true})
		return nil
	}
	return c.notifyPresenters("", 0, "capture.requested", toHosts(map[string]any{"userId": c.self.UserID}))
}

func mayCapture(participant *meeting.Participant) bool {
	return hasHostRights(participant) || participant.Flags.MayCapture
}

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
	participant, err := c.target(in.UserID)
	if err != nil {
		return err
	}
	if hasHostRights(participant) {
		return refuse(RefusedOperation, "only hosts may record")
	}
	c.send(participant.ID, "capture.answered", map[string]any{"allowed": *in.Allowed})
	if participant.Flags.MayCapture == *in.Allowed {
		return nil
	}
	participant.Flags.MayCapture = *in.Allowed
	fields := map[string]any{"userId": participant.UserID, "mayCapture": *in.Allowed}
	if !*in.Allowed && participant.Flags.Capture != meeting.CaptureOff {
		participant.Flags.Capture = meeting.CaptureOff
		fields["capture"] = captureName(participant)
	}
	return c.changed(participant, fields)
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
	case status == meeting.CapturePaused && c.self.Flags.Capture == meeting.CaptureOff:
		return refuse(RefusedOperation, "nothing is being recorded")
	case status == c.self.Flags.Capture:
		return refuse(RefusedOperation, "the recording status is already set")
	}
	c.self.Flags.Capture = status
	return c.changed(c.self, map[string]any{"userId": c.self.UserID, "capture": captureName(c.self)})
}

var captureStates = map[string]meeting.CaptureStatus{"on": meeting.CaptureOn, "paused": meeting.CapturePaused, "off": meeting.CaptureOff}

func captureName(participant *meeting.Participant) string {
	if participant.Flags.Capture == meeting.CaptureOff {
		return "off"
	}
	return string(participant.Flags.Capture)
}
