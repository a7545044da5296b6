package server

import "testing"

func TestAClassBehindOneAddressEntersWithinAMinuteByDefault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config Config
		want   int
	}{
		{Config{Mode: Production}, 300},
		{Config{Mode: Production, JoinsPerMinute: 50}, 50},
		{Config{Mode: Development}, 0},
	} {
		if got := c.config.joinsPerMinute(); got != c.want {
			t.Errorf("%s with %d: %d joins a minute, want %d", c.config.Mode, c.config.JoinsPerMinute, got, c.want)
		}
	}
}

func TestAClassBehindOneAddressConnectsItsMediaByDefault(t *testing.T) {
	t.Parallel()
	external := External{URL: "wss://media.example", Key: "key", Secret: "secret"}
	for _, c := range []struct {
		config Config
		want   int
	}{
		{Config{Mode: Production}, 1000},
		{Config{Mode: Production, Media: Media{External: external}}, 1000},
		{Config{Mode: Production, Media: Media{ConnectionsPerAddress: 50}}, 50},
		{Config{Mode: Development}, 0},
	} {
		if got := c.config.mediaConfig("").ConnectionsPerAddress; got != c.want {
			t.Errorf("%s with %d: %d connections, want %d", c.config.Mode, c.config.Media.ConnectionsPerAddress, got, c.want)
		}
	}
}
