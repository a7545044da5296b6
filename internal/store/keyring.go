package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// keySize is the length of an encryption key in bytes.
const keySize = 32

const (
	sealVersion = 1
	// checkText is sealed in every database to recognise its key.
	checkText = "anteroom"
)

var (
	errKeySize  = errors.New("encryption key: must be 32 bytes")
	errWrongKey = errors.New("encryption key: the database was created with another key; restore that key")
	errSealed   = errors.New("a value cannot be decrypted")
)

// keyring seals values with the newest key and opens them with any.
type keyring struct {
	current  *sealKey
	previous []*sealKey
}

// sealKey is one master key and what is derived from it.
type sealKey struct {
	id     byte
	aead   cipher.AEAD
	lookup []byte
}

func newKeyring(key []byte, previous [][]byte) (*keyring, error) {
	current, err := newSealKey(key)
	if err != nil {
		return nil, err
	}
	ring := &keyring{current: current}
	for _, old := range previous {
		k, err := newSealKey(old)
		if err != nil {
			return nil, fmt.Errorf("previous %w", err)
		}
		ring.previous = append(ring.previous, k)
	}
	return ring, nil
}

func newSealKey(master []byte) (*sealKey, error) {
	if len(master) != keySize {
		return nil, errKeySize
	}
	derive := func(what string) ([]byte, error) {
		return hkdf.Key(sha256.New, master, nil, "anteroom store "+what, keySize)
	}
	sealing, err := derive("sealing")
	if err != nil {
		return nil, err
	}
	lookup, err := derive("lookup")
	if err != nil {
		return nil, err
	}
	name, err := derive("key id")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &sealKey{id: name[0], aead: aead, lookup: lookup}, nil
}

// place is where a sealed value is stored. It is bound to the value, so that one
// copied into another row does not open.
func place(table, column, row string) []byte {
	return []byte(table + "\x00" + column + "\x00" + row)
}

// seal returns version, key id, nonce and ciphertext in one.
func (r *keyring) seal(value, at []byte) []byte {
	k := r.current
	out := make([]byte, 2+k.aead.NonceSize(), 2+k.aead.NonceSize()+len(value)+k.aead.Overhead())
	out[0], out[1] = sealVersion, k.id
	random(out[2:])
	return k.aead.Seal(out, out[2:], value, at)
}

// open returns the value, and whether the newest key had sealed it.
func (r *keyring) open(sealed, at []byte) (value []byte, current bool, err error) {
	if len(sealed) < 2 || sealed[0] != sealVersion {
		return nil, false, errSealed
	}
	for i, k := range append([]*sealKey{r.current}, r.previous...) {
		size := k.aead.NonceSize()
		// One byte may be the same for two keys, so all that match are tried.
		if k.id != sealed[1] || len(sealed) < 2+size {
			continue
		}
		if value, err := k.aead.Open(nil, sealed[2:2+size], sealed[2+size:], at); err == nil {
			return value, i == 0, nil
		}
	}
	return nil, false, errSealed
}

// lookup is the keyed hash by which a secret is found without being opened.
func (r *keyring) lookup(value string) []byte {
	mac := hmac.New(sha256.New, r.current.lookup)
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

var (
	readMeta   = define(`SELECT sealed FROM meta WHERE name = ?`)
	insertMeta = define(`INSERT INTO meta (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`)
	updateMeta = define(`UPDATE meta SET sealed = ? WHERE name = ?`)
)

// checkPlace is where checkText is kept.
var checkPlace = place("meta", "sealed", "key")

func scanBytes(row scanner) ([]byte, error) {
	var raw []byte
	err := row.Scan(&raw)
	return raw, err
}

// checkKey refuses a key that cannot open what the database holds, and seals
// everything anew after a change of keys.
func (s *Store) checkKey(ctx context.Context) error {
	err := s.engine.write(ctx, func(r runner) error {
		sealed, err := first(r, scanBytes, readMeta, "key")
		if errors.Is(err, ErrNotFound) {
			_, err = r.exec(insertMeta, "key", s.keys.seal([]byte(checkText), checkPlace))
			return err
		}
		if err != nil {
			return err
		}
		value, current, err := s.keys.open(sealed, checkPlace)
		if err != nil || string(value) != checkText {
			return errWrongKey
		}
		if current {
			return nil
		}
		if err := s.sealAnew(r); err != nil {
			return err
		}
		_, err = r.exec(updateMeta, s.keys.seal([]byte(checkText), checkPlace), "key")
		return err
	})
	if err != nil && !errors.Is(err, errWrongKey) {
		return fmt.Errorf("the encryption key cannot be checked: %w", err)
	}
	return err
}

type sealedRow struct {
	row, kind string
	sealed    []byte
}

func scanSealed(row scanner) (sealedRow, error) {
	var r sealedRow
	err := row.Scan(&r.row, &r.kind, &r.sealed)
	return r, err
}

var (
	allAppSecrets    = define(`SELECT app_id, kind, sealed FROM app_secrets`)
	resealAppSecret  = define(`UPDATE app_secrets SET sealed = ?, lookup = ? WHERE app_id = ? AND kind = ?`)
	allSecrets       = define(`SELECT name, '', sealed FROM secrets`)
	resealOneSecret  = define(`UPDATE secrets SET sealed = ? WHERE name = ?`)
	allHostKeys      = define(`SELECT id, '', host_key FROM users WHERE host_key IS NOT NULL`)
	allPasscodes     = define(`SELECT id, '', passcode_sealed FROM meetings WHERE passcode_sealed IS NOT NULL`)
	allPasscodeLinks = define(`SELECT id, '', passcode_link_sealed FROM meetings WHERE passcode_link_sealed IS NOT NULL`)
	resealPasscode   = define(`UPDATE meetings SET passcode_sealed = ? WHERE id = ?`)
	resealLink       = define(`UPDATE meetings SET passcode_link_sealed = ? WHERE id = ?`)
	resealHostKey    = define(`UPDATE users SET host_key = ? WHERE id = ?`)
	hostKeySpot      = func(userID string) []byte { return place("users", "host_key", userID) }
	appSecretPlace   = func(appID, kind string) []byte { return place("app_secrets", "sealed", appID+"\x00"+kind) }
	installationSpot = func(name string) []byte { return place("secrets", "sealed", name) }
)

// sealAnew seals every secret with the newest key.
func (s *Store) sealAnew(r runner) error {
	ofApps, err := list(r, scanSealed, allAppSecrets)
	if err != nil {
		return err
	}
	for _, one := range ofApps {
		at := appSecretPlace(one.row, one.kind)
		value, _, err := s.keys.open(one.sealed, at)
		if err != nil {
			return fmt.Errorf("secret %s of app %s: %w", one.kind, one.row, err)
		}
		if _, err := r.exec(resealAppSecret, s.keys.seal(value, at), s.keys.lookup(string(value)), one.row, one.kind); err != nil {
			return err
		}
	}
	for _, column := range []struct {
		what        string
		all, reseal *statement
		at          func(row string) []byte
	}{
		{"host key of user", allHostKeys, resealHostKey, hostKeySpot},
		{"passcode of meeting", allPasscodes, resealPasscode, passcodeSpot},
		{"link form of the passcode of meeting", allPasscodeLinks, resealLink, passcodeLinkSpot},
		{"secret", allSecrets, resealOneSecret, installationSpot},
	} {
		sealed, err := list(r, scanSealed, column.all)
		if err != nil {
			return err
		}
		for _, one := range sealed {
			at := column.at(one.row)
			value, _, err := s.keys.open(one.sealed, at)
			if err != nil {
				return fmt.Errorf("%s %s: %w", column.what, one.row, err)
			}
			if _, err := r.exec(column.reseal, s.keys.seal(value, at), one.row); err != nil {
				return err
			}
		}
	}
	return nil
}
