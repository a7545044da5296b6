package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/time/rate"

	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/credential"
	"github.com/anteroom/anteroom/internal/fault"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/limit"
	"github.com/anteroom/anteroom/internal/loglimit"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/livekit"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/scenario"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
	"github.com/anteroom/anteroom/web"
)

// Parts are what a caller may put in place of the usual parts; the zero value
// means the usual ones.
type Parts struct {
	// Clock rules the gate, tokens of ours and schedules.
	Clock clockwork.Clock
	// Media is used in place of an engine of the configuration, and is not closed.
	Media  media.Engine
	Logger *slog.Logger
}

// Server is a running Anteroom.
type Server struct {
	// URL is where it listens, e.g. http://127.0.0.1:8080.
	URL      string
	Store    *store.Store
	Sessions *session.Service
	// Accounts and Meetings change what is behind the gate.
	Accounts *account.Service
	Meetings *meeting.Service
	Minter   *credential.Minter
	// Registrants makes the tk of a registration.
	Registrants *credential.RegistrantTokens
	Clock       clockwork.Clock

	config   Config
	devClock *devClock // this and faults: in development mode
	faults   *faults
	log      *slog.Logger
	logLimit *loglimit.Handler // what log writes to
	http     *http.Server
	routes   []httpapi.Route
	recorder *recorder
	newConns newConns
	channel  *controlChannel
	// redis is nil where no other node may be.
	redis *redisClaim
	// admin is nil in development mode.
	admin *adminSocket
	// certificates is nil without TLS.
	certificates *certificates
	settings     settings
	reloading    sync.Mutex
	media        media.Engine
	mediaProbe   probe
	storeProbe   probe
	ownMedia     bool
	// stopping is set from when Close begins: the server is not ready any more.
	stopping atomic.Bool
	stop     context.CancelFunc
	done     sync.WaitGroup
	failed   chan error
}

// How a server stops. One of several nodes first says at /readyz that it is not
// ready, so that its load balancer sends joins to the others, and then moves its
// pages to them little by little. One that is alone has nobody to send them to: its
// pages wait for the process that follows.
const (
	unreadyTime = 3 * time.Second
	moveTime    = 3 * time.Second
	// drainTime is how long running requests may take after that.
	drainTime = 5 * time.Second
	// StopTime is how long Close takes at most, and a little more.
	StopTime = unreadyTime + moveTime + drainTime + 4*time.Second
)

// Start brings a server up. It returns once joins are served, or with one clear
// sentence on what is in the way.
func Start(ctx context.Context, config Config, parts Parts) (_ *Server, err error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Server{config: config, Clock: parts.Clock, media: parts.Media, failed: make(chan error, 2)}
	if s.Clock == nil {
		s.Clock = clockwork.NewRealClock()
	}
	out := slog.DiscardHandler
	if parts.Logger != nil {
		out = parts.Logger.Handler()
	}
	// By a clock that cannot be stopped.
	s.logLimit = loglimit.New(out, s.Clock)
	s.log = slog.New(s.logLimit)
	if config.Mode == Development {
		s.devClock = newDevClock(s.Clock)
		s.Clock = s.devClock
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(context.WithoutCancel(ctx)))
		}
	}()
	if s.certificates, err = openCertificates(&config, s.Clock, s.log); err != nil {
		return nil, err
	}
	if err := s.settings.set(&config); err != nil {
		return nil, err
	}
	// The port first: a busy one is the commonest trouble, and nothing is touched then.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", config.Listen, plain(err))
	}
	defer func() {
		if err != nil {
			listener.Close()
		}
	}()
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	if err := s.openAdmin(ctx); err != nil {
		return nil, err
	}
	if err := s.openMedia(ctx); err != nil {
		return nil, err
	}
	handler, err := s.assemble(ctx)
	if err != nil {
		return nil, err
	}
	s.serve(listener, handler)
	return s, nil
}

func (s *Server) openStore(ctx context.Context) error {
	if err := s.openDatabase(ctx); err != nil {
		return err
	}
	if s.config.amongNodes() {
		return s.Store.AcquireNode(ctx, store.NodeShared)
	}
	return s.Store.AcquireNode(ctx, store.NodeAlone)
}

func (s *Server) openDatabase(ctx context.Context) error {
	key, err := s.config.encryptionKey()
	if err != nil {
		return err
	}
	s.Store, err = store.Open(ctx, store.Config{
		URL: s.config.databaseURL(), IDFile: s.config.idFile(), Key: key, Clock: s.Clock, Logger: s.log, Shared: s.config.shared(), MaxAttempts: s.config.Attempts.MaxCount,
		MaxChatMessages: s.config.Chat.MaxMessages,
	})
	return err
}

func (s *Server) openMedia(ctx context.Context) error {
	if s.media != nil {
		return nil
	}
	secret, err := s.Store.Secret(ctx, "media")
	if err != nil {
		return err
	}
	config := s.config.mediaConfig(base64.RawURLEncoding.EncodeToString(secret))
	engine, err := livekit.New(config, s.log)
	if err != nil {
		return err
	}
	if err := livekit.CheckPort(config); err != nil {
		return fmt.Errorf("media.port: %w", err)
	}
	s.media, s.ownMedia = engine, true
	return nil
}

// assemble wires the parts together.
func (s *Server) assemble(ctx context.Context) (http.Handler, error) {
	keys := map[string][]byte{}
	for _, name := range []string{"resume", "realtime", "user_tokens", "registrant_tokens", "passcode_links"} {
		key, err := s.Store.Secret(ctx, name)
		if err != nil {
			return nil, err
		}
		keys[name] = key
	}
	s.Minter = credential.NewMinter(keys["user_tokens"], s.Clock, tokenStore{s.Store})
	s.Accounts = account.NewService(directoryStore{s.Store}, s.Clock)
	s.Meetings = meeting.NewService(directoryStore{s.Store}, s.Clock, store.NewID, func(meetingID, passcode string) string {
		return credential.LinkPasscode(keys["passcode_links"], meetingID, passcode)
	})
	s.Registrants = credential.NewRegistrantTokens(keys["registrant_tokens"], tokenStore{s.Store})
	var shared session.SharedAttempts
	if s.config.shared() {
		shared = s.Store
	}
	limiter := session.NewAttemptLimiter(s.Clock, shared, s.log)
	loader := &loader{store: s.Store, tokens: s.Minter, tks: s.Registrants, limiter: limiter, clock: s.Clock}
	s.channel = &controlChannel{}
	if s.config.Mode == Development {
		s.faults = &faults{set: fault.NewSet(store.NewID), store: s.Store, engine: s.media, channel: s.channel}
	}
	s.storeProbe = probe{run: s.Store.Probe, timeout: storeProbeTimeout, ttl: storeProbeTTL}
	if external, ok := s.media.(media.Prober); ok {
		s.mediaProbe = probe{run: external.Probe, timeout: mediaProbeTime, ttl: mediaProbeTTL}
	}
	engine := s.faults.inMedia(s.media)
	s.recorder = &recorder{store: s.Store, log: &joinLog{s.log}, noisePerMinute: noiseInProduction}
	if s.config.Mode == Development {
		s.recorder.noisePerMinute = noiseInDevelopment
	}
	s.Sessions = session.New(session.Config{
		Gate: s.gate(), Loader: s.faults.inLoader(loader), Repository: sessionStore{s.Store},
		Media: engine, LastHeard: lastHeard(s.media), Times: s.config.Times, Channel: s.channel, Recorder: s.recorder, Clock: s.Clock, RealTime: s.Store.RealTime, ResumeKey: keys["resume"],
		NewID: store.NewID, NewAttemptID: store.NewAttemptID,
		Logger: s.log, PasscodeLimiter: limiter, SharedAttempts: shared, JoinsPerMinute: s.config.joinsPerMinute(),
	})
	loader.resume = s.Sessions.ReadResumeToken
	if err := s.channel.open(keys["realtime"], s.config.Redis, s.Sessions, s.faults.inChannel(backend{s.Sessions}), s.log); err != nil {
		return nil, err
	}
	if s.config.amongNodes() {
		s.redis = &redisClaim{id: s.channel.hub.RedisID, store: s.Store, log: s.log, beat: redisBeat}
		if err := s.redis.take(ctx); err != nil {
			s.channel.shutdown(ctx, 0)
			return nil, err
		}
	}
	config := httpapi.Config{
		Attempts: attempts{s.Store},
		Sessions: s.faults.inSessions(s.Sessions), Realtime: s.channel.hub.Handler(), Signalling: engine.Signalling(mediaGuard{s.Sessions}),
		MediaWebhook: s.media.Webhook(), Development: s.config.Mode == Development, PublicURL: s.config.publicURL(),
		ReconnectTime: s.Sessions.Times.Lost, TrustedProxies: s.settings.trustedProxies, Files: web.Files(), Package: web.Package(), Ready: s.ready, Clock: s.Clock, NewAttemptID: store.NewAttemptID, Logger: s.log,
	}
	if s.config.Mode == Development {
		link := func(meetingID, passcode string) string {
			return credential.LinkPasscode(keys["passcode_links"], meetingID, passcode)
		}
		if err := s.demo(ctx, link); err != nil {
			return nil, err
		}
		config.World = s.newDevAPI()
		config.Scenarios = s.scenarioRunner(keys["user_tokens"], link)
		config.AllowedHosts = s.config.DevHosts
		config.DevClock, config.Faults = s.devClock, s.faults
	}
	face := httpapi.New(config)
	s.routes = face.Routes()
	if s.admin != nil {
		s.admin.http = httpapi.NewServer(httpapi.NewAdmin(config))
	}
	return face, nil
}

// Routes are all routes of the HTTP server.
func (s *Server) Routes() []httpapi.Route { return s.routes }

// lastHeard is how the engine reports when it received a participant's packets last.
func lastHeard(engine media.Engine) func(room, identity string) (time.Time, bool) {
	if listener, ok := engine.(media.Listener); ok {
		return listener.LastHeard
	}
	return nil
}

// Limits of the search for the secret behind a wrong signature: for everybody, and
// for one network.
const (
	probesPerSecond = 50
	probeBurst      = 200
	probesPerMinute = 120
)

// probes is an admission.Prober.
type probes struct {
	all  *rate.Limiter
	each limit.Buckets
	// perMinute is how many are for one network; 0 sets no limit.
	perMinute int
}

func (p *probes) Allow(address string) bool {
	if p.perMinute > 0 && p.each.Take(time.Now(), p.perMinute, limit.Group(address)) > 0 {
		return false
	}
	return p.all.Allow()
}

func (s *Server) gate() *admission.Gate {
	limits := &probes{all: rate.NewLimiter(probesPerSecond, probeBurst)}
	if s.config.Mode == Production {
		limits.perMinute = probesPerMinute
	}
	return &admission.Gate{
		Policy: s.policy, CollectAll: s.config.Mode == Development, SecretSearchLimit: limits,
		Keyring: keyring{store: s.Store, everyAccount: s.config.Mode == Development},
	}
}

// demo makes the demo world in a database that is empty.
func (s *Server) demo(ctx context.Context, link func(meetingID, passcode string) string) error {
	if s.config.NoDemo {
		return nil
	}
	accounts, err := s.Store.Accounts(ctx, store.Page{Limit: 1})
	if err != nil || len(accounts) > 0 {
		return err
	}
	builder := &scenario.Builder{Store: s.Store, Now: s.Clock.Now, NewID: store.NewID, Link: link}
	return builder.Demo(ctx)
}

func (s *Server) serve(listener net.Listener, handler http.Handler) {
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.done.Go(func() { s.Sessions.Run(background) })
	s.done.Go(func() { s.prune(background) })
	s.done.Go(func() { s.watchClock(background) })
	s.done.Go(func() { s.reportDrops(background) })
	if s.redis != nil {
		s.done.Go(func() { s.redis.renewLoop(background) })
	}
	s.done.Go(func() {
		select {
		case <-background.Done():
		case err := <-s.Store.NodeLost():
			s.failed <- err
		}
	})
	if s.admin != nil {
		s.done.Go(func() { s.admin.serve(s.log) })
	}
	s.http = httpapi.NewServer(handler)
	s.http.ErrorLog, s.http.ConnState = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), s.newConns.note
	scheme := "http"
	serve := s.http.Serve
	if s.certificates != nil {
		scheme = "https"
		s.http.TLSConfig = s.certificates.config()
		serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
		s.done.Go(func() { s.certificates.watch(background) })
	}
	s.URL = scheme + "://" + listener.Addr().String()
	s.done.Go(func() {
		if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("the HTTP server ended: %w", err)
		}
	})
}

// prune deletes old records once an hour.
func (s *Server) prune(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.pruneOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("could not delete old records", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pruneOnce deletes each kind of old records, whatever becomes of the others.
func (s *Server) pruneOnce(ctx context.Context) error {
	attempts := s.settings.Load().attempts
	_, attemptsErr := s.Store.PruneAttempts(ctx, s.forgetBefore(attempts.retention()), attempts.MaxCount)
	_, tokensErr := s.Store.PruneUserTokens(ctx, s.forgetBefore(store.AttemptLife))
	return errors.Join(
		attemptsErr, tokensErr,
		s.Store.PruneParticipants(ctx, s.forgetBefore(attempts.retention())),
		s.Store.PruneChat(ctx, s.forgetBefore(s.config.chatLife())),
		s.Store.PruneSessions(ctx, s.forgetBefore(attempts.retention())),
		s.Store.PruneAttemptCounts(ctx, s.forgetBefore(2*session.PasscodeWindow)),
	)
}

// reportDrops writes to the operator's log how many joins were not recorded,
// within a minute and once more when the server stops.
func (s *Server) reportDrops(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	recorded := dropReporter{log: s.log}
	report := func() {
		recorded.count(s.Store.Dropped())
		recorded.noise(s.recorder.leftOut.Load())
	}
	defer report()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			report()
		}
	}
}

// Failed delivers the error of a server that ended by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Close stops the server: no new requests, then the connections, the media, the
// store. Nobody is thrown out: pages reconnect, to another node or to the process
// that follows, and give up only after Config.Times.Lost. Close takes up to
// StopTime.
func (s *Server) Close(ctx context.Context) error {
	var problems []error
	s.stopping.Store(true)
	if s.faults != nil {
		s.faults.Clear() // whoever is held must not hold the server
	}
	if s.http != nil {
		var move time.Duration
		if s.config.shared() {
			move = moveTime
			select {
			case <-time.After(unreadyTime):
			case <-ctx.Done():
			}
		}
		draining, cancel := context.WithTimeout(ctx, move+drainTime)
		defer cancel()
		if s.channel != nil {
			s.channel.shutdown(draining, move)
		}
		s.http.RegisterOnShutdown(s.newConns.close)
		if err := s.http.Shutdown(draining); err != nil {
			problems = append(problems, s.http.Close())
		}
	}
	problems = append(problems, s.close(ctx))
	return errors.Join(problems...)
}

func (s *Server) close(ctx context.Context) error {
	var problems []error
	if s.stop != nil {
		s.stop()
	}
	if s.admin != nil {
		problems = append(problems, s.admin.close())
	}
	if s.ownMedia {
		problems = append(problems, s.media.Close(ctx))
	}
	s.done.Wait()
	if s.Store != nil {
		problems = append(problems, s.Store.Close())
	}
	s.logLimit.Close()
	return errors.Join(problems...)
}

// plain is the innermost reason of a network error, without its operation.
func plain(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}
