// Package store stores the state of an installation in SQL: accounts, apps,
// meetings, live sessions with their participants, and the log of join attempts.
// It is the only package that knows a dialect: SQLite in one file by default,
// PostgreSQL by URL.
//
// Pointers that reads return may come from a cache and be shared: treat what they
// point at as read-only, and copy before changing.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/meeting"
)

// What callers distinguish; everything else that goes wrong is a fault of the
// storage.
var (
	// ErrNotFound is something that does not exist (any more).
	ErrNotFound = errors.New("not found")
	// ErrConflict is a change that came too late: what it was decided on has
	// changed meanwhile. Deciding again helps.
	ErrConflict = errors.New("changed in the meantime")
	// ErrExists is a new thing whose id, key, number or address is taken.
	ErrExists = errors.New("already exists")
)

// Config is what a Store is made of.
type Config struct {
	// URL names the database: a path, sqlite:///path or postgres://….
	URL string
	// Key encrypts secrets at rest; exactly 32 bytes.
	Key []byte
	// PreviousKeys still open what they once sealed. At Open everything is
	// sealed anew with Key.
	PreviousKeys [][]byte
	// IDFile is a file outside the database that says which database is the right one.
	// Open writes it when there is none, and then refuses any other database, a missing
	// or empty one included. Without a name, any database is right.
	IDFile string
	// Clock gives the time of records whose maker gave none; real time if nil.
	Clock clockwork.Clock
	// Logger takes notes of what could not be returned to a caller; slog's default if
	// nil.
	Logger *slog.Logger
	// MaxAttempts is how many of the newest attempts are stored, and a tenth as many
	// of noise; 0 means MaxAttempts.
	MaxAttempts int
	// MaxChatMessages is how many of a session's newest chat messages are stored; 0 is
	// the default.
	MaxChatMessages int
	// Wall is this machine's clock; time.Now if nil.
	Wall func() time.Time
	// Shared reports that other nodes write to the same database; nothing is
	// cached then.
	Shared bool

	// statementTimeout is how long a database server may keep silent; 0 is the usual time.
	statementTimeout time.Duration
	// migrateTime is how long a migration tries to get tables that are in use; 0 is the
	// usual time.
	migrateTime time.Duration
	// migrations are other than those of this program.
	migrations fs.FS
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine          engine
	orm             *bun.DB
	keys            *keyring
	clock           clockwork.Clock
	logger          *slog.Logger
	recorder        *recorder
	maxChatMessages int64

	accounts *cache[*account.Account]
	users    *cache[*account.User]
	apps     *cache[keyedApp]
	appsByID *cache[*account.App]
	numbers  *cache[*meeting.Meeting]
	meetings *cache[*meeting.Meeting]
	secrets  *cache[[]byte]

	registrants   *cache[*meeting.Registrant]
	installations *cache[*account.Installation]

	live    *liveCache
	rosters *rosterCache
	order   *sessionOrder

	skew skew

	nodeMu sync.Mutex
	node   *nodeLock
	lost   chan error
	closer sync.Once
	fault  error
}

// engine is what differs between the dialects.
type engine interface {
	// write runs fn in a transaction. fn may run more than once.
	write(ctx context.Context, fn func(runner) error) error
	// admit takes a place in a running session; ErrConflict if it is too late.
	admit(ctx context.Context, p *participantRequest) error
	// reader runs single statements outside transactions.
	reader(ctx context.Context) runner
	// db is the pool that reads.
	db() *sql.DB
	lockNode(ctx context.Context, mode string, lost func(error)) (*nodeLock, error)
	probe(ctx context.Context) error
	// now is the clock of the database's machine; zero if that is this process's.
	now(ctx context.Context) (time.Time, error)
	close() error
}

// openTime bounds how long Open waits for a database server.
const openTime = 5 * time.Second

// Open opens the database, brings its schema up to date and checks that it is the
// expected one and that the key is the one its secrets were sealed with.
func Open(ctx context.Context, c Config) (*Store, error) {
	keys, err := newKeyring(c.Key, c.PreviousKeys)
	if err != nil {
		return nil, err
	}
	if c.Clock == nil {
		c.Clock = clockwork.NewRealClock()
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.migrations == nil {
		c.migrations = migrations
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	target, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	known, err := readIdentity(c.IDFile)
	if err != nil {
		return nil, err
	}
	s := &Store{keys: keys, clock: c.Clock, logger: c.Logger, lost: make(chan error, 1), skew: skew{wall: c.Wall}}
	if target.postgres {
		s.engine, s.orm, err = openPostgres(ctx, target.address, known, c)
	} else {
		s.engine, s.orm, err = openSQLite(ctx, target.address, known, c)
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkKey(ctx); err != nil {
		return nil, errors.Join(err, s.engine.close())
	}
	if err := s.identify(ctx, known); err != nil {
		return nil, errors.Join(err, s.engine.close())
	}
	if err := s.hidePasscodes(ctx); err != nil {
		return nil, errors.Join(err, s.engine.close())
	}
	if _, err := s.MeasureSkew(ctx); err != nil {
		return nil, errors.Join(err, s.engine.close())
	}
	s.newCaches(c.Shared)
	s.live = newLiveCache(c.Shared)
	s.rosters = newRosterCache(c.Shared)
	if target.postgres && !c.Shared {
		s.order = &sessionOrder{}
	}
	s.maxChatMessages = int64(cmp.Or(c.MaxChatMessages, MaxChatMessages))
	s.recorder = newRecorder(s, c.MaxAttempts)
	return s, nil
}

func (s *Store) newCaches(shared bool) {
	s.accounts = newCache[*account.Account](shared)
	s.users = newCache[*account.User](shared)
	s.apps = newCache[keyedApp](shared)
	s.appsByID = newCache[*account.App](shared)
	s.numbers = newCache[*meeting.Meeting](shared)
	s.meetings = newCache[*meeting.Meeting](shared)
	s.registrants = newCache[*meeting.Registrant](shared)
	s.installations = newCache[*account.Installation](shared)
	// Installation secrets never change once made.
	s.secrets = newCache[[]byte](false)
}

// Close writes the attempts that wait, releases the node lock and closes the
// database. It may be called again and returns the same.
func (s *Store) Close() error {
	s.closer.Do(func() {
		s.recorder.close()
		s.nodeMu.Lock()
		if s.node != nil {
			s.node.release()
		}
		s.nodeMu.Unlock()
		s.fault = s.engine.close()
	})
	return s.fault
}

// Probe reports whether the database can be read and written.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.engine.probe(ctx); err != nil {
		return fmt.Errorf("the database cannot be used: %w", err)
	}
	return nil
}

// toMicros is a time as it is stored: microseconds since 1970, 0 for never.
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is a kept time; all times come back in UTC.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
