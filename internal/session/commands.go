package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Refusals of commands, as docs/protocol/control-channel.md numbers them.
const (
	RefusedPrivileges = 1001
	RefusedParameters = 1002
	RefusedState      = 1003
	RefusedOperation  = 1004
	RefusedInternal   = 1005
	RefusedTooMany    = 1006
)

var refusalWords = map[uint32]string{
	RefusedPrivileges: "INSUFFICIENT_PRIVILEGES", RefusedParameters: "INVALID_PARAMETERS",
	RefusedState: "IMPROPER_MEETING_STATE", RefusedOperation: "INVALID_OPERATION", RefusedInternal: "INTERNAL_ERROR",
	RefusedTooMany: "RATE_LIMITED",
}

// CommandError is a refused command.
type CommandError struct {
	Code   uint32
	Detail string
	// RetryAfter is when a limit lets the next one pass; zero for other refusals.
	RetryAfter time.Duration
}

func (e *CommandError) Error() string {
	if e.Detail == "" {
		return refusalWords[e.Code]
	}
	return refusalWords[e.Code] + ": " + e.Detail
}

func refuse(code uint32, format string, args ...any) *CommandError {
	return &CommandError{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// command is one thing a participant can ask for. It runs under the session's lock
// with the asking participant at hand, and returns what to do once it is
// committed.
type command struct {
	// who may ask.
	allowed func(self *meeting.Participant) bool
	// waiting participants may ask too.
	whileWaiting bool
	// written commands count against what a participant may write.
	written bool
	// prepare reads what the command needs beside the session, before it is
	// locked; nil needs nothing.
	prepare func(ctx context.Context, s *Service, self *meeting.Participant, data json.RawMessage) error
	run     func(*action) error
}

// open reports whether a page of the generation, 0 for any, may ask for the command now.
func (cmd *command) open(self *meeting.Participant, generation int) error {
	switch {
	case self == nil || !self.State.Live() || (generation != 0 && generation != self.Generation):
		return refuse(RefusedState, "closed")
	case self.State == meeting.ParticipantWaiting && !cmd.whileWaiting:
		return refuse(RefusedState, "on hold")
	case !cmd.allowed(self):
		return refuse(RefusedPrivileges, "")
	}
	return nil
}

func anyone(*meeting.Participant) bool        { return true }
func hosts(self *meeting.Participant) bool    { return hasHostRights(self) }
func hostOnly(self *meeting.Participant) bool { return self.Role == meeting.RoleHost }

// action is one running command.
type action struct {
	ctx     context.Context
	service *Service
	tx      meeting.Tx
	self    *meeting.Participant
	data    json.RawMessage
	// requestID is the same where a page sends its command again; empty if it never does.
	requestID string
	result    any
	// after runs in order once the change is kept.
	after []func()
}

// afterCommit does something once the change is kept.
func (c *action) afterCommit(f func()) { c.after = append(c.after, f) }

// publish sends to everybody inside, at the revision the change has now.
func (c *action) publish(event string, data any) {
	session, revision := c.tx.Session().ID, c.tx.Session().Revision
	c.afterCommit(func() { c.service.Channel.Publish(session, revision, event, data) })
}

func (c *action) send(participantID, event string, data any) {
	c.afterCommit(func() { c.service.Channel.Send(participantID, 0, event, data) })
}

// sanitizeNUL reads the escape of NUL as that of a character which every database
// keeps, as the gate does; an escaped backslash before it is a pair of its own.
var sanitizeNUL = strings.NewReplacer(`\\`, `\\`, `\u0000`, `\ufffd`)

// read decodes the command's data; unknown fields are tolerated.
func (c *action) read(into any) error {
	if len(c.data) == 0 {
		return nil
	}
	if err := json.Unmarshal([]byte(sanitizeNUL.Replace(string(c.data))), into); err != nil {
		var field *json.UnmarshalTypeError
		if errors.As(err, &field) && field.Field != "" {
			return refuse(RefusedParameters, "%s must be a %s", field.Field, field.Type)
		}
		return refuse(RefusedParameters, "data has the wrong format")
	}
	return nil
}

// target finds the live participant of a numeric id; 0 is oneself.
func (c *action) target(userID int64) (*meeting.Participant, error) {
	if userID == 0 || userID == c.self.UserID {
		return c.self, nil
	}
	participant, err := c.tx.ParticipantByUserID(userID)
	if err != nil {
		return nil, err
	}
	if participant == nil || !canSee(c.self, participant, c.tx.Session()) {
		return nil, refuse(RefusedParameters, "userId: there is no participant %d", userID)
	}
	return participant, nil
}

// Command carries out a participant's command. It returns the session's revision
// afterwards and the command's result, or a CommandError. A page of an older
// generation than the participant's is refused; generation 0 speaks for any.
func (s *Service) Command(ctx context.Context, participant *meeting.Participant, kind string, data json.RawMessage) (int64, any, error) {
	return s.CommandOnce(ctx, participant, "", kind, data)
}

// CommandOnce is Command for a page that sends its command again where it hears no
// answer. The channel remembers answers, but may lose them with a node: what must not
// happen twice, a message, happens once for each requestID all the same.
func (s *Service) CommandOnce(ctx context.Context, participant *meeting.Participant, requestID, kind string, data json.RawMessage) (int64, any, error) {
	cmd, known := commands[kind]
	if !known {
		return 0, nil, refuse(RefusedParameters, "type: unknown command %q", kind)
	}
	if cmd.written {
		if wait := s.chatRates.Take(participant.LimiterKey(), 1, time.Now()); wait > 0 {
			return 0, nil, &CommandError{Code: RefusedTooMany, RetryAfter: wait}
		}
	}
	var revision int64
	var result any
	var err error
	if cmd.prepare != nil {
		// What is read for the command answers nobody who may not ask; under the
		// lock it is asked again.
		self, err := s.Repository.Participant(ctx, participant.ID)
		if err == nil {
			err = cmd.open(self, participant.Generation)
		}
		if err == nil {
			err = cmd.prepare(ctx, s, self, data)
		}
		if err != nil {
			return 0, nil, s.refused(ctx, kind, participant, err)
		}
	}
	err = s.system(ctx, participant.SessionID, func(c *action) error {
		self, err := c.tx.ParticipantByID(participant.ID)
		if err != nil {
			return err
		}
		if err := cmd.open(self, participant.Generation); err != nil {
			return err
		}
		c.self, c.data, c.requestID = self, data, requestID
		if err := cmd.run(c); err != nil {
			return err
		}
		revision, result = c.tx.Session().Revision, c.result
		return nil
	})
	if err != nil {
		return 0, nil, s.refused(ctx, kind, participant, err)
	}
	return revision, result, nil
}

// refused words why a command was not carried out.
func (s *Service) refused(ctx context.Context, kind string, participant *meeting.Participant, err error) *CommandError {
	var refused *CommandError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, ErrNotFound):
		return refuse(RefusedState, "closed")
	}
	if !errors.Is(ctx.Err(), context.Canceled) { // the page has not gone meanwhile
		s.Logger.Error("command failed", "command", kind, "session", participant.SessionID, "error", err)
	}
	return refuse(RefusedInternal, "")
}
