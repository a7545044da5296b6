package server

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func keyFile(folder string) string { return filepath.Join(folder, "encryption.key") }

// developmentKey reads the encryption key of a development data folder, and
// makes one the first time, when none of the files exists that a database leaves. The
// file is for its owner alone.
func developmentKey(folder string, left ...string) ([]byte, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be used: %w", err)
	}
	path := keyFile(folder)
	raw, err := os.ReadFile(path)
	if err == nil {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("%s does not hold a key; restore it, or delete the data directory to start again", path)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the data directory cannot be used: %w", err)
	}
	for _, file := range left {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return nil, fmt.Errorf("%s is missing, and nothing else opens the database: restore it, or delete the data directory to start again", path)
		}
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("generate a key: %w", err)
	}
	if err := os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("the data directory cannot be used: %w", err)
	}
	return key, nil
}
