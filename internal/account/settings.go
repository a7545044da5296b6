package account

import (
	"errors"
	"strings"
)

// Bounds of an account's lists.
const (
	maxListed = 10_000
	maxText   = 254
)

// Validate reports with a *FieldError for each what is wrong with the settings.
func (s *Settings) Validate() error {
	var faults []error
	for _, list := range []struct {
		field  string
		values []string
	}{
		{"blockedDomains", s.BlockedDomains},
		{"blockedAddresses", s.BlockedAddresses},
		{"blockedSdkKeys", s.BlockedSDKKeys},
		{"signInDomains", s.SignInDomains},
	} {
		if len(list.values) > maxListed {
			faults = append(faults, Wrong(list.field, "has %d entries; at most %d are allowed", len(list.values), maxListed))
		}
		for i, value := range list.values {
			if strings.TrimSpace(value) == "" || len(value) > maxText {
				faults = append(faults, Wrong(list.field, "has an entry, number %d, that is empty or longer than %d characters", i+1, maxText))
				break
			}
		}
	}
	for _, address := range s.BlockedAddresses {
		if !strings.Contains(address, "@") {
			faults = append(faults, Wrong("blockedAddresses", "has an entry without an @; whole domains belong in blockedDomains"))
			break
		}
	}
	for _, pair := range s.Barriers {
		if pair[0] == "" || pair[1] == "" || pair[0] == pair[1] {
			faults = append(faults, Wrong("barriers", "must each name two different groups"))
			break
		}
	}
	if strings.Trim(s.MinSDKVersion, "0123456789.") != "" || len(s.MinSDKVersion) > 40 {
		faults = append(faults, Wrong("minSdkVersion", "must be numbers separated by dots, such as 5.1.4"))
	}
	return errors.Join(faults...)
}
