package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/printable"
	"github.com/anteroom/anteroom/internal/scenario"
)

func scenarioCommand() *cobra.Command {
	var server string
	cmd := &cobra.Command{
		Use: "scenario list|show|run", Short: "Reproduce any error code on a running development server",
		Example: "  anteroom scenario list\n  anteroom scenario show 4012\n  anteroom scenario run 3004 --cause passcode_missing",
	}
	cmd.PersistentFlags().StringVar(&server, "server", "http://127.0.0.1:8080", "the development server")
	cmd.AddCommand(scenarioList(&server), scenarioShow(&server), scenarioRun(&server))
	return cmd
}

func scenarioList(server *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the codes you can reproduce, and their causes", Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, raw, err := scenarios(cmd.Context(), *server)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON(cmd) {
				return indented(out, raw)
			}
			table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
			for _, e := range list {
				fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", e.Code, e.Name, e.Where, strings.Join(e.Causes, ", "))
			}
			return table.Flush()
		},
	}
}

func scenarioShow(server *string) *cobra.Command {
	return &cobra.Command{
		Use: "show CODE", Short: "Explain a code and list the causes you can reproduce", Args: exactly(1, "one code, such as 4012"),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := codeOf(args[0])
			if err != nil {
				return err
			}
			list, _, err := scenarios(cmd.Context(), *server)
			if err != nil {
				return err
			}
			for _, e := range list {
				if e.Code != code {
					continue
				}
				if asJSON(cmd) {
					raw, err := json.Marshal(e)
					if err != nil {
						return err
					}
					return indented(cmd.OutOrStdout(), raw)
				}
				show(cmd.OutOrStdout(), e)
				return nil
			}
			return noScenario(code)
		},
	}
}

func show(out io.Writer, e scenario.Entry) {
	fmt.Fprintf(out, "%d %s  (%s)\n%s\n\n", e.Code, e.Name, returned(e.Where), e.Title)
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, id := range e.Causes {
		summary := ""
		if c, known := errcode.CauseOf(e.Code, id); known {
			summary = c.Summary
		}
		fmt.Fprintf(table, "  %s\t%s\n", id, summary)
	}
	for _, u := range e.Unsupported {
		fmt.Fprintf(table, "  (%s)\tnot reproducible: %s\n", u.Cause, u.Reason)
	}
	_ = table.Flush()
	fmt.Fprintf(out, "\nanteroom scenario run %d --cause %s\n", e.Code, e.Causes[0])
}

// played is what a run came to.
type played struct {
	Scenario *scenario.Scenario `json:"scenario"`
	// Response is the server's to the join; absent where it takes a page to ask.
	Response json.RawMessage `json:"answer,omitempty"`
	Met      bool            `json:"met"`
	// Note says what the command line cannot do for the scenario.
	Note string `json:"note,omitempty"`
	// Page is the address of the page that reproduces what needs a browser.
	Page string `json:"page,omitempty"`

	server string
}

func (p *played) page(server, view, note string) {
	s := p.Scenario
	query := url.Values{"code": {strconv.Itoa(int(s.Code))}, "cause": {s.Cause}, "view": {view}}
	p.Note, p.Page = note, strings.TrimRight(server, "/")+"/demo/reproduce?"+query.Encode()
}

func scenarioRun(server *string) *cobra.Command {
	var cause, variant, live, view string
	var open bool
	cmd := &cobra.Command{
		Use: "run CODE", Short: "Run a scenario: perform its join over HTTP and print the response",
		Long: "Creates the accounts, apps and meetings of the scenario on the server, performs its steps and the\n" +
			"join, and prints the response. If a scenario needs a browser, it prints the address of the page that\n" +
			"reproduces it; --open opens that page. Exit status: 0 the server returned the code or the page was\n" +
			"opened, 1 it was not returned or needs a browser, 2 wrong usage, 3 no response from the server.",
		Args: exactly(1, "one code, such as 4012"),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := codeOf(args[0])
			if err != nil {
				return err
			}
			if view != scenario.ComponentView && view != scenario.ClientView {
				return usage("--view: component or client")
			}
			if cause != "" {
				if _, known := errcode.CauseOf(code, cause); !known {
					return noCause(code, cause)
				}
			}
			query := url.Values{"cause": {cause}, "variant": {variant}, "live": {live}}
			var made scenario.Scenario
			path := "/dev/v1/scenarios/" + strconv.Itoa(int(code)) + "?" + query.Encode()
			if err := call(cmd.Context(), *server, path, struct{}{}, &made); err != nil {
				return err
			}
			result, err := perform(cmd.Context(), *server, &made, view)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON(cmd) {
				raw, err := json.Marshal(result)
				if err != nil {
					return err
				}
				if err := indented(out, raw); err != nil {
					return err
				}
			} else if err := result.print(out); err != nil {
				return err
			}
			if open && result.Page != "" {
				return openBrowser(cmd.Context(), result.Page)
			}
			if !result.Met {
				return &exitError{status: 1}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&cause, "cause", "", "one of the code's causes (default: the most common one)")
	flags.StringVar(&variant, "variant", "", "one of several ways to the cause (default: the first)")
	flags.StringVar(&live, "live", string(scenario.Headless), "how other participants join: headless (added by the server) or page (steps for you to perform)")
	flags.BoolVar(&open, "open", false, "open the page that reproduces the scenario, if it needs a browser")
	flags.StringVar(&view, "view", scenario.ComponentView, "the view that joins: component or client")
	return cmd
}

// perform does what a scenario asks for, as far as it takes no page.
func perform(ctx context.Context, server string, s *scenario.Scenario, view string) (*played, error) {
	result := &played{Scenario: s, server: strings.TrimRight(server, "/")}
	for _, step := range s.Before {
		if step.Do != "http" {
			result.page(server, view, "this scenario needs a browser: its steps start with "+step.Do)
			return result, nil
		}
		if err := doHTTP(ctx, server, step); err != nil {
			return nil, err
		}
	}
	if s.Where == errcode.PageWhere {
		result.page(server, view, "this scenario needs a browser: the code occurs in the page")
		return result, nil
	}
	options := s.Join
	if view == scenario.ClientView {
		options = s.ClientViewJoin
	}
	body := scenario.Wire(view, options)
	body["joinId"], body["sdkVersion"], body["deviceId"] = uuid.NewString(), "6.2.0", uuid.NewString()
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	var response struct{ ErrorCode errcode.Code }
	if result.Response, err = responseOf(ctx, server, "/sdk/v1/join", raw); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(result.Response, &response); err != nil {
		return nil, noResponse("the response from %s is not valid", server)
	}
	result.Met = response.ErrorCode == s.Code
	if s.Where == errcode.InsideWhere {
		result.page(server, view, "the join succeeds; the code occurs later, during the meeting")
	}
	return result, nil
}

func doHTTP(ctx context.Context, server string, step scenario.Step) error {
	raw, err := json.Marshal(step.Body)
	if err != nil {
		return err
	}
	var ignored json.RawMessage
	return ask(ctx, step.Method, server, step.Path, bytes.NewReader(raw), &ignored)
}

// responseOf posts a body and returns what comes, whatever the status: a refused join is no failure here.
func responseOf(ctx context.Context, server, path string, body []byte) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(server, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, noResponse("no response from %s to the join (%s)", server, reasonOf(err))
	}
	defer response.Body.Close()
	return io.ReadAll(io.LimitReader(response.Body, 16<<20))
}

func (p *played) print(out io.Writer) error {
	s := p.Scenario
	fmt.Fprintf(out, "scenario %d %s: %s\n         %s\n", s.Code, s.Name, s.Cause, s.Explanation)
	if p.Note != "" {
		fmt.Fprintf(out, "note     %s\n", p.Note)
	}
	if p.Page != "" {
		fmt.Fprintf(out, "open     %s\n", p.Page)
	}
	if p.Response == nil {
		return nil
	}
	var response struct {
		ErrorCode                                                    errcode.Code
		Name, ErrorMessage, Cause, Evidence, Remedy, Docs, AttemptID string
	}
	if err := json.Unmarshal(p.Response, &response); err != nil {
		return err
	}
	fmt.Fprintf(out, "response %d %s", response.ErrorCode, printable.Line(response.Name))
	if response.Cause != "" {
		fmt.Fprintf(out, ": %s", printable.Line(response.Cause))
	}
	fmt.Fprintln(out)
	if strings.HasPrefix(response.Docs, "/") {
		response.Docs = p.server + response.Docs
	}
	for _, line := range [][2]string{{"message", response.ErrorMessage}, {"evidence", response.Evidence}, {"fix", response.Remedy}, {"attempt", response.AttemptID}, {"docs", response.Docs}} {
		if line[1] != "" {
			fmt.Fprintf(out, "%-8s %s\n", line[0], printable.Line(line[1]))
		}
	}
	return nil
}

// scenarios asks a server what can be met.
func scenarios(ctx context.Context, server string) ([]scenario.Entry, json.RawMessage, error) {
	var raw json.RawMessage
	if err := get(ctx, server, "/dev/v1/scenarios", &raw); err != nil {
		return nil, nil, err
	}
	var list struct{ Scenarios []scenario.Entry }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, nil, noResponse("the response from %s is not valid", server)
	}
	return list.Scenarios, raw, nil
}

func codeOf(text string) (errcode.Code, error) {
	number, err := strconv.Atoi(strings.TrimSpace(text))
	if err == nil {
		entry, known := errcode.Lookup(errcode.Code(number))
		if !known || !entry.Raised() {
			return 0, noScenario(errcode.Code(number))
		}
		return entry.Code, nil
	}
	switch found := errcode.ByName(text); len(found) {
	case 0:
		return 0, usage("%q is not a code%s", text, nearestCodes(text, 1))
	case 1:
		if !found[0].Raised() {
			return 0, noScenario(found[0].Code)
		}
		return found[0].Code, nil
	default:
		return 0, usage("%s is the name of both %d and %d: use the number", found[0].Name, found[0].Code, found[1].Code)
	}
}

func indented(out io.Writer, raw json.RawMessage) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(raw)
}

func noScenario(code errcode.Code) error {
	if _, known := errcode.Lookup(code); known {
		return usage("there is no scenario for %d: Anteroom never returns it; `anteroom explain %d` prints what it returns instead", code, code)
	}
	return usage("there is no scenario for %d%s", code, nearestCodes(strconv.Itoa(int(code)), 1))
}

func noCause(code errcode.Code, cause string) error {
	e, _ := errcode.Lookup(code)
	var ids []string
	for _, c := range e.Causes {
		ids = append(ids, c.ID)
	}
	hint := suggestion("--cause ", cause, ids)
	if len(ids) > 12 {
		return usage("%d has no cause %q%s `anteroom scenario show %d` lists its %d causes", code, cause, hint, code, len(ids))
	}
	return usage("%d has no cause %q%s It has: %s", code, cause, hint, strings.Join(ids, ", "))
}

// openBrowser opens an address in the browser that the system chooses.
func openBrowser(ctx context.Context, address string) error {
	command := []string{"xdg-open", address}
	switch runtime.GOOS {
	case "darwin":
		command[0] = "open"
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	}
	if err := exec.CommandContext(ctx, command[0], command[1:]...).Run(); err != nil { //nolint:gosec // the program's own commands
		return fmt.Errorf("the browser could not be opened (%w); open the address yourself", err)
	}
	return nil
}
