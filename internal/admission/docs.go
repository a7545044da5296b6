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
		stageRequest: "Checks of the request", stageApp: "Checks of the app", stageState: "Checks of the meeting and the user",
	}
	if _, err := io.WriteString(w, "The first rule that fails decides. The response also lists the other rules that fail.\n"); err != nil {
		return err
	}
	current := stage(255)
	for i := range Rules {
		r := &Rules[i]
		if r.stage != current {
			current = r.stage
			if _, err := fmt.Fprintf(w, "\n### %s\n\n| Step | Code | Rule | Causes |\n|---|---|---|---|\n", titles[current]); err != nil {
				return err
			}
		}
		step := r.Step
		if r.Resume {
			step += " ↻"
		}
		if _, err := fmt.Fprintf(w, "| %s | [%d](%d.md) | %s | %s |\n", step, r.Code, r.Code, r.Name, r.causeText()); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\nRules marked ↻ also apply to a page that resumes its own participant with a resume token.\n")
	return err
}

func (r *Rule) causeText() string {
	causes := r.Causes
	switch r.Step {
	case StepOptions:
		causes = []string{"<field>_missing", "<field>_too_long", "<field>_malformed", "zak_and_obf"}
	case StepSignature:
		causes = signature.Causes()
	}
	return "`" + strings.Join(causes, "` `") + "`"
}
