package livekit

import (
	"errors"
	"net/http"
	"syscall"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/protocol/utils"
	"github.com/livekit/psrpc"
	"github.com/livekit/psrpc/pkg/middleware/otelpsrpc"

	"github.com/anteroom/anteroom/internal/media"
)

// server is a LiveKit put together in this process. It has no HTTP server, no
// RoomService endpoint and no egress, ingress, SIP or agents: nothing a browser
// could reach but signalling.
type server struct {
	conf         *config.Config
	bus          psrpc.MessageBus
	rpcParams    rpc.ClientParams
	router       routing.Router
	store        *service.LocalStore
	allocator    service.RoomAllocator
	rooms        *service.RoomManager
	rtc          *service.RTCService
	signalServer *service.SignalServer
	signalling   *http.ServeMux
	overTCP      *overTCP // nil without media over TCP
	port         int
}

// assemble builds and starts the parts in the order of LiveKit's own wiring. observer
// receives what happens in the rooms, and joined who has joined, before anything else does.
func assemble(cfg media.Config, observer *observer, joined func(lk.RoomName, lk.ParticipantIdentity)) (*server, error) {
	conf, err := liveKitConfig(cfg)
	if err != nil {
		return nil, err
	}
	port, err := pickPort(cfg.Embedded)
	if err != nil {
		return nil, err
	}
	setPort(conf, cfg.Embedded, port)

	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, err
	}
	// Before everything: without it a counter is nil and takes the process down two
	// seconds later.
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, err
	}

	s := &server{conf: conf, bus: psrpc.NewLocalMessageBus(), store: service.NewLocalStore(), port: port}
	s.rpcParams = rpc.NewClientParams(conf.PSRPC, s.bus, logger.GetLogger(), rpc.PSRPCMetricsObserver{},
		otelpsrpc.ClientOptions(otelpsrpc.Config{}))
	signalClient, err := routing.NewSignalClient(node.NodeID(), s.bus, conf.SignalRelay)
	if err != nil {
		return nil, err
	}
	roomManagerClient, err := routing.NewRoomManagerClient(s.rpcParams, conf.Room)
	if err != nil {
		return nil, err
	}
	keepalive, err := rpc.NewKeepalivePubSub(s.rpcParams)
	if err != nil {
		return nil, err
	}
	s.router = routing.CreateRouter(nil, node, signalClient, roomManagerClient, keepalive, conf.NodeStats)
	if s.allocator, err = service.NewRoomAllocator(conf, s.router, s.store); err != nil {
		return nil, err
	}
	report := telemetry.NewTelemetryService(observer, observer)
	s.rtc = service.NewRTCService(conf, s.allocator, s.router, report)
	if s.rooms, err = s.roomManager(cfg, node, &joinListener{report, joined}); err != nil {
		return nil, err
	}
	if s.signalServer, err = service.NewDefaultSignalServer(node, s.bus, conf.SignalRelay, s.router, s.rooms); err != nil {
		s.stopRooms()
		return nil, err
	}
	if err := errors.Join(s.router.RegisterNode(), s.router.Start(), s.signalServer.Start()); err != nil {
		s.stop()
		return nil, err
	}
	s.signalling = http.NewServeMux()
	s.rtc.SetupRoutes(s.signalling)
	return s, nil
}

// roomManager opens the media sockets. When a port chosen by us is taken in the
// meantime, it tries another.
func (s *server) roomManager(cfg media.Config, node routing.LocalNode, report telemetry.TelemetryService) (*service.RoomManager, error) {
	provider := auth.NewSimpleKeyProvider(cfg.APIKey, cfg.APISecret)
	for attempt := 1; ; attempt++ {
		var m *service.RoomManager
		var err error
		if s.overTCP, err = listenOverTCP(cfg, s.port); err == nil {
			m, err = service.NewLocalRoomManager(s.conf, s.store, node, s.router, s.allocator, report,
				nil, s.store, nil, utils.NewDefaultTimedVersionGenerator(),
				service.NewTURNAuthHandler(provider), s.bus, nil)
			if err == nil {
				return m, nil
			}
			s.closeOverTCP()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
		if cfg.Embedded.MediaPort != 0 || attempt == portAttempts {
			return nil, portError("UDP or TCP", s.port, err)
		}
		if s.port, err = pickPort(cfg.Embedded); err != nil {
			return nil, err
		}
		setPort(s.conf, cfg.Embedded, s.port)
	}
}

// stop disconnects everybody and closes the sockets.
func (s *server) stop() {
	s.router.Drain()
	s.stopRooms()
	s.rtc.DrainConnections(0, true)
	s.signalServer.Stop()
	s.router.Stop()
}

// stopRooms closes the media sockets.
func (s *server) stopRooms() {
	s.rooms.Stop()
	s.closeOverTCP()
}

func (s *server) closeOverTCP() {
	if s.overTCP != nil {
		_ = s.overTCP.Close()
	}
}

func createRoomRequest(room string) *lk.CreateRoomRequest {
	return &lk.CreateRoomRequest{Name: room, EmptyTimeout: roomIdleSeconds, DepartureTimeout: roomIdleSeconds}
}
