package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
)

// certificateLook is how often the server looks whether its certificate was renewed.
const certificateLook = time.Minute

// certificates is the certificate that the HTTP server shows. A renewed one takes the
// place of the old one for all connections that begin after it.
type certificates struct {
	log   *slog.Logger
	clock clockwork.Clock
	host  string // of public_url; may be empty
	shown atomic.Pointer[tls.Certificate]

	mu    sync.Mutex
	files TLS
	raw   [2][]byte // what the files held when they were last looked at
}

// openCertificates reads the files; nil if the configuration names none.
func openCertificates(c *Config, clock clockwork.Clock, log *slog.Logger) (*certificates, error) {
	if c.TLS.Certificate == "" {
		return nil, nil
	}
	held := &certificates{log: log, clock: clock}
	if u, err := url.Parse(c.PublicURL); err == nil {
		held.host = u.Hostname()
	}
	return held, held.use(c.TLS)
}

// config is for an HTTP server.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.shown.Load(), nil },
	}
}

// use shows the certificate in these files from now on, or keeps the old one and
// says what is wrong with them.
func (c *certificates) use(files TLS) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	raw, err := readTLS(files)
	if err != nil {
		return err
	}
	certificate, err := parseTLS(files, raw)
	if err != nil {
		return err
	}
	c.files, c.raw = files, raw
	c.shown.Store(certificate)
	c.judge(certificate.Leaf)
	return nil
}

// judge warns of a certificate that browsers will not accept.
func (c *certificates) judge(leaf *x509.Certificate) {
	warn := func(message string, more ...any) {
		c.log.Warn(message, append([]any{"key", "tls.certificate", "file", c.files.Certificate}, more...)...)
	}
	now := c.clock.Now()
	switch {
	case now.After(leaf.NotAfter):
		warn("the TLS certificate has expired", "expired_at", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		warn("the TLS certificate is not valid yet", "valid_from", leaf.NotBefore)
	case leaf.NotAfter.Sub(now) < leaf.NotAfter.Sub(leaf.NotBefore)/10:
		warn("the TLS certificate expires soon", "expires_at", leaf.NotAfter)
	}
	if c.host != "" && leaf.VerifyHostname(c.host) != nil {
		warn("the TLS certificate is not for the host of public_url", "host", c.host)
	}
}

// renew shows what the files hold if it has changed.
func (c *certificates) renew() {
	c.mu.Lock()
	files, last := c.files, c.raw
	c.mu.Unlock()
	raw, err := readTLS(files)
	if err == nil && bytes.Equal(raw[0], last[0]) && bytes.Equal(raw[1], last[1]) {
		return
	}
	if err == nil {
		err = c.use(files)
	}
	if err != nil {
		// A renewal writes one file after the other: the next look may find both.
		c.log.Warn("the changed TLS files cannot be used; the server keeps the certificate it has", "error", err)
		return
	}
	c.log.Info("TLS certificate renewed", "file", files.Certificate, "expires_at", c.shown.Load().Leaf.NotAfter)
}

// watch notices renewed certificates until ctx ends.
func (c *certificates) watch(ctx context.Context) {
	tick := c.clock.NewTicker(certificateLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.Chan():
			c.renew()
		}
	}
}

// maxTLSFile bounds a certificate's or key's file, in bytes.
const maxTLSFile = 1 << 20

func readTLS(files TLS) (raw [2][]byte, err error) {
	for i, f := range []struct{ key, path string }{{"tls.certificate", files.Certificate}, {"tls.key", files.Key}} {
		info, err := os.Stat(f.path)
		if err == nil && info.Size() > maxTLSFile {
			return raw, fmt.Errorf("%s: %s is too large for a PEM file", f.key, f.path)
		}
		if err == nil {
			raw[i], err = os.ReadFile(f.path)
		}
		if err != nil {
			var fault *fs.PathError
			if errors.As(err, &fault) {
				err = fault.Err
			}
			return raw, fmt.Errorf("%s: %s cannot be read: %w", f.key, f.path, err)
		}
	}
	return raw, nil
}

func parseTLS(files TLS, raw [2][]byte) (*tls.Certificate, error) {
	leaf := firstBlock(raw[0], func(kind string) bool { return kind == "CERTIFICATE" })
	if leaf == nil {
		return nil, fmt.Errorf("tls.certificate: %s holds no certificate in PEM form", files.Certificate)
	}
	parsed, err := x509.ParseCertificate(leaf)
	if err != nil {
		return nil, fmt.Errorf("tls.certificate: the first certificate in %s cannot be read: %w", files.Certificate, err)
	}
	switch parsed.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return nil, fmt.Errorf("tls.certificate: the certificate in %s has a kind of key that is not supported; use RSA, ECDSA or Ed25519", files.Certificate)
	}
	if firstBlock(raw[1], func(kind string) bool { return kind == "ENCRYPTED PRIVATE KEY" }) != nil {
		return nil, fmt.Errorf("tls.key: the key in %s is encrypted; store it without a passphrase", files.Key)
	}
	if firstBlock(raw[1], func(kind string) bool { return strings.HasSuffix(kind, "PRIVATE KEY") }) == nil {
		return nil, fmt.Errorf("tls.key: %s holds no private key in PEM form", files.Key)
	}
	pair, err := tls.X509KeyPair(raw[0], raw[1])
	if err != nil {
		// The words of crypto/tls never quote the files.
		if strings.Contains(err.Error(), "does not match") {
			return nil, fmt.Errorf("tls.key: the key in %s does not belong to the certificate in %s; the certificate of the server comes first in its file", files.Key, files.Certificate)
		}
		return nil, fmt.Errorf("tls.key: the key in %s cannot be used: %w", files.Key, err)
	}
	pair.Leaf = parsed
	return &pair, nil
}

// firstBlock is the content of the first PEM block of a kind.
func firstBlock(raw []byte, wanted func(kind string) bool) []byte {
	for {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			return nil
		}
		if wanted(block.Type) {
			return block.Bytes
		}
	}
}
