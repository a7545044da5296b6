package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
)

// writeCertificate writes a new certificate and its key.
func writeCertificate(t *testing.T, files TLS, serial int64, from, until time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "meet.example"}, DNSNames: []string{"meet.example"},
		NotBefore: from, NotAfter: until,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{files.Certificate: {Type: "CERTIFICATE", Bytes: certificate}, files.Key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func tlsFiles(t *testing.T) TLS {
	t.Helper()
	folder := t.TempDir()
	return TLS{Certificate: filepath.Join(folder, "c.pem"), Key: filepath.Join(folder, "k.pem")}
}

// logText is a log that several goroutines write.
type logText struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *logText) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

func TestWrongTLSFilesAreRefusedAtStart(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good, other := tlsFiles(t), tlsFiles(t)
	writeCertificate(t, good, 1, now.Add(-time.Hour), now.Add(time.Hour))
	writeCertificate(t, other, 2, now.Add(-time.Hour), now.Add(time.Hour))
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := file("text.pem", "not PEM")
	broken := file("broken.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})))
	encrypted := file("encrypted.pem", string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})))
	brokenKey := file("brokenkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})))
	missing := filepath.Join(folder, "missing.pem")
	for name, c := range map[string]struct {
		files TLS
		says  []string
	}{
		"no certificate":                {TLS{missing, good.Key}, []string{"tls.certificate: ", missing, "no such file"}},
		"no key":                        {TLS{good.Certificate, missing}, []string{"tls.key: ", missing, "no such file"}},
		"a directory":                   {TLS{folder, good.Key}, []string{"tls.certificate: ", folder, "directory"}},
		"a certificate that is not PEM": {TLS{text, good.Key}, []string{"tls.certificate: ", text, "PEM"}},
		"a key that is not PEM":         {TLS{good.Certificate, text}, []string{"tls.key: ", text, "PEM"}},
		"a broken certificate":          {TLS{broken, good.Key}, []string{"tls.certificate: ", broken}},
		"a broken key":                  {TLS{good.Certificate, brokenKey}, []string{"tls.key: ", brokenKey}},
		"an encrypted key":              {TLS{good.Certificate, encrypted}, []string{"tls.key: ", encrypted, "passphrase"}},
		"another key":                   {TLS{good.Certificate, other.Key}, []string{"tls.key: ", other.Key, good.Certificate, "does not belong"}},
		"files exchanged":               {TLS{good.Key, good.Certificate}, []string{"tls.certificate: ", good.Key}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			s, err := Start(t.Context(), Config{
				Mode: Production, Listen: "127.0.0.1:0", Data: data, PublicURL: "https://meet.example",
				EncryptionKey: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", TLS: c.files,
				AdminSocket: "admin.sock", // the folder of a test is too long for one
			}, Parts{})
			if err == nil {
				_ = s.Close(context.WithoutCancel(t.Context()))
				t.Fatal("it started")
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if _, err := os.Stat(data); err == nil {
				t.Error("a database was made before")
			}
		})
	}
}

func TestCertificatesThatBrowsersRefuseAreWarnedAbout(t *testing.T) {
	t.Parallel()
	now := time.Now()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		from, until time.Time
		host, says  string
	}{
		"good":         {now.Add(-day), now.Add(60 * day), "meet.example", ""},
		"expired":      {now.Add(-2 * day), now.Add(-day), "meet.example", "has expired"},
		"future":       {now.Add(day), now.Add(2 * day), "meet.example", "not valid yet"},
		"expires soon": {now.Add(-89 * day), now.Add(day), "meet.example", "expires soon"},
		"another host": {now.Add(-day), now.Add(60 * day), "other.example", "not for the host"},
	} {
		log := &logText{}
		files := tlsFiles(t)
		writeCertificate(t, files, 1, c.from, c.until)
		config := Config{PublicURL: "https://" + c.host, TLS: files}
		if _, err := openCertificates(&config, clockwork.NewRealClock(), slog.New(slog.NewTextHandler(log, nil))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		said := log.text()
		if c.says == "" && said != "" || !strings.Contains(said, c.says) || c.says != "" && !strings.Contains(said, files.Certificate) {
			t.Errorf("%s: %q", name, said)
		}
	}
}

func TestARenewedCertificateIsNoticed(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	log := &logText{}
	files := tlsFiles(t)
	now := clock.Now()
	writeCertificate(t, files, 1, now.Add(-time.Hour), now.Add(time.Hour))
	held, err := openCertificates(&Config{TLS: files}, clock, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		held.watch(ctx)
	}()
	look := func(want string) {
		t.Helper()
		if err := clock.BlockUntilContext(ctx, 1); err != nil {
			t.Fatal(err)
		}
		clock.Advance(certificateLook)
		for deadline := time.Now().Add(10 * time.Second); !strings.Contains(log.text(), want); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no %q in %q", want, log.text())
			}
		}
	}
	serial := func() int64 {
		shown, err := held.config().GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return shown.Leaf.SerialNumber.Int64()
	}
	// Half a renewal: the certificate is there, its key is not yet.
	next := tlsFiles(t)
	writeCertificate(t, next, 2, now.Add(-time.Hour), now.Add(time.Hour))
	if err := os.Rename(next.Certificate, files.Certificate); err != nil {
		t.Fatal(err)
	}
	look("keeps the certificate")
	if serial() != 1 {
		t.Fatal("half a renewal took effect")
	}
	if err := os.Rename(next.Key, files.Key); err != nil {
		t.Fatal(err)
	}
	look("certificate renewed")
	if serial() != 2 {
		t.Fatal("the renewed certificate is not shown")
	}
	stop()
	<-ended
}
