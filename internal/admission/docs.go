package admission

import (
	"fmt"
	"io"
	"strings"

	"github.com/anteroom/anteroom/signature"
)

// WriteReference writes the rules, in the order in which they decide, as the
// Markdown tables of the reference page.
func WriteReference(w io.Writer) error {
	titles := map[stage]string{
		stageRequest: "From the request alone", stageApp: "With the app", stageState: "With everything else",
	}
	if _, err := io.WriteString(w, "The first rule that fails decides; the others that would have failed too are told beside it.\n"); err != nil {
		return err
	}
	current := stage(255)
	for i := range Rules {
		r := &Rules[i]
		if r.stage != current {
			current = r.stage
			if _, err := fmt.Fprintf(w, "\n### %s\n\n| Step | Code | What must hold | Causes |\n|---|---|---|---|\n", titles[current]); err != nil {
				return err
			}
		}
		step := r.Step
		if r.Resume {
			step += " ↻"
		}
		if _, err := fmt.Fprintf(w, "| %s | [%d](%d.md) | %s | %s |\n", step, r.Code, r.Code, r.Name, r.causeWords()); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\nRules marked ↻ are also asked of a page that takes its own seat over with a resume token.\n")
	return err
}

func (r *Rule) causeWords() string {
	causes := r.Causes
	switch r.Step {
	case StepOptions:
		causes = []string{"<field>_missing", "<field>_too_long", "<field>_malformed", "zak_and_obf"}
	case StepSignature:
		causes = signature.Causes()
	}
	return "`" + strings.Join(causes, "` `") + "`"
}
