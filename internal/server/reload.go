package server

import (
	"net/netip"
	"reflect"
	"strings"
	"sync/atomic"
)

// liveSettings is what of the configuration can change while the server runs, beside
// the certificate.
type liveSettings struct {
	proxies  []netip.Prefix
	attempts Attempts
}

// settings is the changeable part of the configuration, for all who ask.
type settings struct{ atomic.Pointer[liveSettings] }

func (s *settings) set(c *Config) error {
	proxies, err := c.proxies()
	if err != nil {
		return err
	}
	s.Store(&liveSettings{proxies, c.Attempts})
	return nil
}

func (s *settings) trustedProxies() []netip.Prefix { return s.Load().proxies }

// Reload takes over from a configuration what can change while the server runs: the
// TLS files and what they hold, trusted_proxies and attempts. Every other key that
// differs from the start is logged. With an error, nothing has changed.
func (s *Server) Reload(next Config) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if err := next.Validate(); err != nil {
		return err
	}
	if s.certificates != nil && next.TLS.Certificate != "" {
		if err := s.certificates.use(next.TLS); err != nil {
			return err
		}
	}
	if err := s.settings.set(&next); err != nil {
		return err
	}
	s.Store.SetMaxAttempts(next.Attempts.MaxCount)
	for _, key := range s.config.needsRestart(&next) {
		s.log.Warn("changed key needs a restart", "key", key)
	}
	return nil
}

// needsRestart names the keys in which two configurations differ and that a running
// server cannot take over.
func (c *Config) needsRestart(next *Config) []string {
	var keys []string
	differences(reflect.ValueOf(*c), reflect.ValueOf(*next), "", func(key string) {
		switch {
		case key == "log", key == "trusted_proxies", strings.HasPrefix(key, "attempts."):
		case strings.HasPrefix(key, "tls.") && c.TLS.Certificate != "" && next.TLS.Certificate != "":
		default:
			keys = append(keys, key)
		}
	})
	return keys
}

// differences reports the keys in which two values of one type differ.
func differences(a, b reflect.Value, prefix string, report func(key string)) {
	for i := range a.NumField() {
		key, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case key == "-":
		case a.Field(i).Kind() == reflect.Struct:
			differences(a.Field(i), b.Field(i), prefix+key+".", report)
		case !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()):
			report(prefix + key)
		}
	}
}
