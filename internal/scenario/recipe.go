package scenario

import (
	"slices"

	"github.com/anteroom/anteroom/errcode"
)

// recipe is one way to set up a state in which a join ends in a code for its real
// cause. It reads as a sentence of the contract: what is given, and what happens
// when somebody comes.
type recipe struct {
	code  errcode.Code
	cause string
	// variant distinguishes several ways to the same cause; the first of them is what
	// is staged without one.
	variant string
	// explanation is the state in one or two sentences, for people.
	explanation string
	// where the code is born; empty means where the catalogue says.
	where errcode.Where
	// views that meet it; nil means both.
	views []string
	// fixture changes the fixture's facts before they are stored.
	fixture func(*Fixture)
	// token makes the signature where a right one is not what is wanted.
	token func(*claims) string
	// arrange changes what is stored, brings people in and changes the join.
	arrange func(*Fixture)
}

// recipes are all that can be staged, in no order that matters.
var recipes = slices.Concat(
	generalRecipes, parameterRecipes, appRecipes, signatureRecipes, tokenRecipes, meetingRecipes, hostRecipes,
	registrationRecipes, platformRecipes, roomRecipes, insideRecipes,
)

// Unsupported is a cause without a scenario.
type Unsupported struct {
	Code errcode.Code `json:"-"`
	// Cause is as the catalogue has it, and Reason why it cannot be set up.
	Cause  string `json:"cause"`
	Reason string `json:"reason"`
}

// Entry is one code in the list of scenarios.
type Entry struct {
	Code     errcode.Code     `json:"code"`
	Name     string           `json:"name"`
	Category errcode.Category `json:"category"`
	// Title says in one sentence what the code means.
	Title string        `json:"title"`
	Where errcode.Where `json:"where"`
	// Causes can be asked for; the first is what is staged without one.
	Causes []string `json:"causes"`
	// Variants are further ways to meet a cause, by the name of the cause.
	Variants map[string][]string `json:"variants,omitempty"`
	// Unsupported are the other causes, and why they cannot be asked for.
	Unsupported []Unsupported `json:"unstaged,omitempty"`
}

// List is every code that can be met on purpose, in rising order, its causes
// ranked as the catalogue ranks them.
func List() []Entry {
	var list []Entry
	for _, row := range errcode.All() {
		e := Entry{Code: row.Code, Name: row.Name, Category: row.Category, Where: row.Where, Title: firstSentence(row.Description)}
		for _, r := range ranked(row) {
			if !slices.Contains(e.Causes, r.cause) {
				e.Causes = append(e.Causes, r.cause)
			}
			if r.variant != "" {
				if e.Variants == nil {
					e.Variants = map[string][]string{}
				}
				e.Variants[r.cause] = append(e.Variants[r.cause], r.variant)
			}
		}
		if len(e.Causes) == 0 {
			continue
		}
		for _, u := range unsupported {
			if u.Code == row.Code {
				e.Unsupported = append(e.Unsupported, u)
			}
		}
		list = append(list, e)
	}
	return list
}

// ranked are the recipes of a code, the most common cause first.
func ranked(row errcode.Entry) []*recipe {
	rank := func(cause string) int {
		i := slices.IndexFunc(row.Causes, func(c errcode.Cause) bool { return c.ID == cause })
		if i < 0 {
			return len(row.Causes) // made from an option's name
		}
		return i
	}
	var found []*recipe
	for i := range recipes {
		if recipes[i].code == row.Code {
			found = append(found, &recipes[i])
		}
	}
	slices.SortStableFunc(found, func(a, b *recipe) int { return rank(a.cause) - rank(b.cause) })
	return found
}

func firstSentence(text string) string {
	for i := range text {
		if text[i] == '.' && (i+1 == len(text) || text[i+1] == ' ') {
			return text[:i+1]
		}
	}
	return text
}
