package media

import "context"

// Prober is an Engine outside this process, which can be away while this process is
// well.
type Prober interface {
	// Probe asks the engine something cheap that needs its key and secret. The error
	// wraps ErrUnavailable.
	Probe(ctx context.Context) error
}
