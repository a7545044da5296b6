package admission

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/signature"
)

// causeList is the contract's list of codes and causes.
func causeList(t *testing.T) map[errcode.Code][]string {
	t.Helper()
	raw, err := os.ReadFile("../../errcode/testdata/causes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	all := map[errcode.Code][]string{}
	for line := range strings.Lines(string(raw)) {
		number, cause, ok := strings.Cut(strings.TrimSpace(line), "\t")
		code, err := strconv.Atoi(number)
		if !ok || err != nil {
			t.Fatalf("not a code and a cause: %q", line)
		}
		all[errcode.Code(code)] = append(all[errcode.Code(code)], cause)
	}
	if len(all) < 40 {
		t.Fatalf("only %d codes are listed", len(all))
	}
	return all
}

// elsewhereRaised are the codes and causes that are not for a rule to raise.
var elsewhereRaised = map[string]string{
	"1":                          "the page itself",
	"2":                          "the page itself",
	"200":                        "the page itself",
	"3621":                       "the page, which had no answer",
	"3005 other_meeting_in_page": "the page itself",
	"3005 other_view_in_page":    "the page itself",
	"4009":                       "whatever kept the gate from deciding",
}

func raisedElsewhere(code errcode.Code, cause string) bool {
	number := strconv.Itoa(int(code))
	return elsewhereRaised[number] != "" || elsewhereRaised[number+" "+cause] != ""
}

// listedByRules are the causes that the rules say they raise, by code.
func listedByRules() map[errcode.Code][]string {
	all := map[errcode.Code][]string{}
	for i := range Rules {
		r := &Rules[i]
		causes := r.Causes
		if r.Step == StepSignature {
			causes = signature.Causes()
		}
		all[r.Code] = append(all[r.Code], causes...)
	}
	return all
}

// TestEveryCauseOfTheContractIsARulesOwn compares the contract's causes with those
// that the rules list, both ways, so that neither can grow alone.
func TestEveryCauseOfTheContractIsARulesOwn(t *testing.T) {
	contract, rules := causeList(t), listedByRules()
	for code, causes := range contract {
		for _, cause := range causes {
			if raisedElsewhere(code, cause) {
				continue
			}
			switch {
			case code == errcode.InvalidParameter:
				if _, ok := errcode.CauseOf(code, cause); !ok {
					t.Errorf("4003 %s is not known", cause)
				}
			case !slices.Contains(rules[code], cause):
				t.Errorf("no rule raises %d %s", code, cause)
			}
		}
	}
	// An app's list of origins is ours.
	ours := map[string]bool{"origin_not_allowed": true}
	for code, causes := range rules {
		for _, cause := range causes {
			if !slices.Contains(contract[code], cause) && !ours[cause] {
				t.Errorf("%d %s is not the contract's", code, cause)
			}
		}
	}
}

// TestEveryCauseOfTheContractHasACase wants one case of TestEveryCause for each cause
// that a rule raises by itself.
func TestEveryCauseOfTheContractHasACase(t *testing.T) {
	for code, causes := range causeList(t) {
		if code == errcode.InvalidParameter || code == errcode.SignatureInvalid {
			continue // the decoder's and the signature's own tables have them one by one
		}
		for _, cause := range causes {
			if raisedElsewhere(code, cause) {
				continue
			}
			if !slices.ContainsFunc(ruleCases, func(c ruleCase) bool {
				_, rule := ruleByID(t, c.rule)
				return rule.Code == code && c.cause == cause
			}) {
				t.Errorf("there is no case of %d %s", code, cause)
			}
		}
	}
}
