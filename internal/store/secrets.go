package store

import (
	"context"
	"errors"
	"fmt"
)

// secretSize is the length of an installation secret in bytes.
const secretSize = 32

var (
	secretByName = define(`SELECT sealed FROM secrets WHERE name = ?`)
	insertSecret = define(`INSERT INTO secrets (name, sealed, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`)
)

// Secret returns the installation's secret of a name: 32 random bytes, made when
// they are first asked for and the same ever after, on every node.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	return s.secrets.get(name, func() ([]byte, error) {
		sealed, err := first(s.engine.reader(ctx), scanBytes, secretByName, name)
		if errors.Is(err, ErrNotFound) {
			fresh := make([]byte, secretSize)
			random(fresh)
			err = s.engine.write(ctx, func(r runner) error {
				if _, err := r.exec(insertSecret, name, s.keys.seal(fresh, installationSpot(name)), toMicros(s.clock.Now())); err != nil {
					return err
				}
				// Another may have been first: what is stored counts.
				sealed, err = first(r, scanBytes, secretByName, name)
				return err
			})
		}
		if err != nil {
			return nil, wrapErr(err, "the secret "+name+" cannot be read")
		}
		value, _, err := s.keys.open(sealed, installationSpot(name))
		if err != nil {
			return nil, fmt.Errorf("the secret %s: %w", name, err)
		}
		return value, nil
	})
}
