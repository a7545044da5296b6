package server

import "context"

// Migrate brings the database of a configuration to this program's schema.
func Migrate(ctx context.Context, config Config) error {
	if err := config.Validate(); err != nil {
		return err
	}
	s := &Server{config: config}
	if err := s.openDatabase(ctx); err != nil {
		return err
	}
	return s.Store.Close()
}
