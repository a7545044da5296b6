package media

// PacketDropper is an Engine that can lose media packets on purpose, for fault
// injection in development mode. An external engine cannot; an embedded one can if
// EmbeddedConfig.PacketFaults says so.
type PacketDropper interface {
	// DropPackets loses the packets from and to the identity in the room, or
	// everybody there if identity is empty, until restore is called. lose is asked
	// for each packet, from several goroutines, and lets it through by answering
	// false. Connections stay as they are until they notice the silence; nothing is
	// said over signalling, and new connections are not refused at the proxy.
	DropPackets(room, identity string, lose func() bool) (restore func(), err error)
}
