package store

import (
	"context"
	"errors"
)

// redisMeta is the name of the claim among the facts about the database.
const redisMeta = "redis"

// RedisClaim is what ClaimRedis wrote last, or "".
func (s *Store) RedisClaim(ctx context.Context) (string, error) {
	claim, err := first(s.engine.reader(ctx), scanBytes, readMeta, redisMeta)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return string(claim), wrapErr(err, "the Redis of the other nodes cannot be read")
}

// ClaimRedis writes which Redis the nodes of this database use, in the words of the
// caller. It returns ErrConflict if the claim is not what it was read as.
func (s *Store) ClaimRedis(ctx context.Context, was, claim string) error {
	err := s.engine.write(ctx, func(r runner) error {
		now, err := first(r, scanBytes, readMeta, redisMeta)
		switch {
		case errors.Is(err, ErrNotFound) && was == "":
			_, err = r.exec(insertMeta, redisMeta, []byte(claim))
			return err
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		case string(now) != was:
			return ErrConflict
		}
		_, err = r.exec(updateMeta, []byte(claim), redisMeta)
		return err
	})
	if errors.Is(err, ErrConflict) {
		return ErrConflict
	}
	return wrapErr(err, "the Redis of the nodes cannot be written")
}
