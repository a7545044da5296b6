package admission

import "strings"

// aliases are names from other places that people use for join options.
var aliases = map[string]string{
	"email": "userEmail", "useremailaddress": "userEmail", "mail": "userEmail",
	"name": "userName", "displayname": "userName", "user": "userName",
	"meetingid": "meetingNumber", "number": "meetingNumber", "mn": "meetingNumber", "id": "meetingNumber",
	"passcode": "password", "pwd": "password", "meetingpassword": "password",
	"jwt": "signature", "token": "signature", "sdkjwt": "signature",
	"obf": "obfToken", "onbehalftoken": "obfToken", "zaktoken": "zak",
	"registranttoken": "tk", "registrantid": "tk", "recordtoken": "recordingToken",
	"appkey": "sdkKey", "clientid": "sdkKey",
}

// nearestOption is the option that an unknown name was probably meant for, or
// empty.
func nearestOption(name string) string {
	if len(name) > 40 {
		return ""
	}
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, name))
	if meant := aliases[plain]; meant != "" {
		return meant
	}
	best, least := "", 3
	for _, known := range optionNames {
		if n := distance(plain, strings.ToLower(known)); n < least && n*3 <= len(known) {
			best, least = known, n
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	var row [64]int
	if len(b) >= len(row) {
		return len(a) + len(b)
	}
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
