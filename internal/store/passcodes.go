package store

import (
	"context"
	"errors"
	"fmt"
)

func passcodeSpot(meetingID string) []byte { return place("meetings", "passcode_sealed", meetingID) }

func passcodeLinkSpot(meetingID string) []byte {
	return place("meetings", "passcode_link_sealed", meetingID)
}

// sealPasscode seals a passcode; no passcode stays nothing.
func (s *Store) sealPasscode(passcode string, at []byte) []byte {
	if passcode == "" {
		return nil
	}
	return s.keys.seal([]byte(passcode), at)
}

func (s *Store) openPasscode(sealed, at []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	passcode, _, err := s.keys.open(sealed, at)
	return string(passcode), err
}

type plainPasscode struct{ id, passcode, link string }

func scanPlainPasscode(row scanner) (p plainPasscode, err error) {
	err = row.Scan(&p.id, &p.passcode, &p.link)
	return p, err
}

var (
	plainPasscodes = define(`SELECT id, passcode, passcode_link FROM meetings WHERE passcode <> '' OR passcode_link <> ''`)
	hidePasscode   = define(`UPDATE meetings SET passcode = '', passcode_link = '', passcode_sealed = ?, passcode_link_sealed = ? WHERE id = ?`)
	// SQLite leaves what was written before in the file unless it is told to wipe it.
	wipeOld  = defineEach(`PRAGMA secure_delete = ON`, `SELECT 1`)
	leaveOld = defineEach(`PRAGMA secure_delete = OFF`, `SELECT 1`)
)

// hidePasscodes seals the passcodes that programs wrote in plain text before the schema
// had sealed ones. Those can use the database no more, so it is done once.
func (s *Store) hidePasscodes(ctx context.Context) error {
	_, err := first(s.engine.reader(ctx), scanBytes, readMeta, "passcodes")
	if errors.Is(err, ErrNotFound) {
		err = s.engine.write(ctx, s.sealPasscodes)
	}
	if err != nil {
		return fmt.Errorf("the passcodes cannot be sealed: %w", err)
	}
	return nil
}

func (s *Store) sealPasscodes(r runner) error {
	plain, err := list(r, scanPlainPasscode, plainPasscodes)
	if err != nil {
		return err
	}
	if _, err := r.exec(wipeOld); err != nil {
		return err
	}
	for _, p := range plain {
		if _, err := r.exec(hidePasscode, s.sealPasscode(p.passcode, passcodeSpot(p.id)), s.sealPasscode(p.link, passcodeLinkSpot(p.id)), p.id); err != nil {
			return err
		}
	}
	if _, err := r.exec(leaveOld); err != nil {
		return err
	}
	_, err = r.exec(insertMeta, "passcodes", []byte("sealed"))
	return err
}
