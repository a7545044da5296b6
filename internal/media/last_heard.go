package media

import "time"

// Listener is an Engine that knows whose packets it receives. An external engine
// does not.
type Listener interface {
	// LastHeard returns when a packet of the identity was last received; the zero time
	// for one without a connection in the room. It is not ok where that is not known,
	// as for connections over TCP.
	LastHeard(room, identity string) (at time.Time, ok bool)
}
