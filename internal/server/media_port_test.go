package server_test

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/internal/server"
)

func TestATakenMediaPortStopsTheStart(t *testing.T) {
	t.Parallel()
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	config := development(t)
	config.Media.Port = taken.LocalAddr().(*net.UDPAddr).Port
	running, err := server.Start(t.Context(), config, server.Parts{})
	if err == nil {
		_ = running.Close(t.Context())
		t.Fatal("started without its media port")
	}
	for _, word := range []string{"media.port", "UDP " + strconv.Itoa(config.Media.Port), "another"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}
