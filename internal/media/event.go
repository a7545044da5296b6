package media

import "time"

// EventKind reports what happened to a media connection.
type EventKind string

// What an Engine reports.
const (
	// EventJoined: media flows between the participant and the engine.
	EventJoined EventKind = "joined"
	// EventLeft: the connection has ended; see Event.Reason.
	EventLeft EventKind = "left"
	// EventConnectFailed: signalling worked but media never flowed, as behind a
	// firewall that blocks the media port.
	EventConnectFailed EventKind = "connect_failed"
	// EventPublished and EventUnpublished: a track has begun or ended.
	EventPublished   EventKind = "track_published"
	EventUnpublished EventKind = "track_unpublished"
	// EventMuted and EventUnmuted: a track fell silent or resumed. An embedded
	// engine reports it at once, an external one at the next reconciliation.
	EventMuted   EventKind = "track_muted"
	EventUnmuted EventKind = "track_unmuted"
	// EventRoomClosed: the engine deleted the room, on request or because it had
	// been empty for long.
	EventRoomClosed EventKind = "room_closed"
)

// LeaveReason reports why a connection ended.
type LeaveReason string

// Why a connection ended.
const (
	// LeftByClient: the page announced its departure.
	LeftByClient LeaveReason = "client"
	// LeftRemoved: Engine.Remove.
	LeftRemoved LeaveReason = "removed"
	// LeftRoomEnded: Engine.EndRoom, or the room was closed.
	LeftRoomEnded LeaveReason = "room_ended"
	// LeftReplaced: the same identity opened a newer connection.
	LeftReplaced LeaveReason = "replaced"
	// LeftLost: the connection was lost.
	LeftLost LeaveReason = "lost"
	// LeftShutdown: the engine went down.
	LeftShutdown LeaveReason = "shutdown"
	// LeftUnknown: found gone, nobody said why.
	LeftUnknown LeaveReason = "unknown"
)

// Event is one change of a media connection. Several nodes in front of one
// external engine may each report the same change: treat events as idempotent,
// by Room, Identity and ConnectionID.
type Event struct {
	Kind EventKind
	Room string
	// Identity and ConnectionID are empty for EventRoomClosed.
	Identity     string
	ConnectionID string
	// Generation is that of the participant for which the connection was opened; zero
	// where it is not known.
	Generation int
	// Track is set for the track events.
	Track Track
	// Reason is set for EventLeft.
	Reason LeaveReason
	// At is when the engine reported it, by the wall clock.
	At time.Time
}
