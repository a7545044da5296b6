import type { JoinOptions } from './person.ts';

/** The demo world, as returned by `GET /dev/v1/world`. */
export interface WorldView {
  accounts: { id: string; name: string }[];
  apps: { name: string; account: string; sdkKey: string; sdkSecret: string; published: boolean; enabled: boolean }[];
  users: { id: string; email: string; account: string; role: string; hostKey: string }[];
  meetings: { number: string; topic: string; type: string; password: string; host: string; account: string }[];
  defaults: { sdkKey: string; sdkSecret: string; meetingNumber: string; password: string; hostEmail: string; webinarNumber: string };
}

/** The demo world of a running server, and what a developer does with it. */
export class World {
  private constructor(
    readonly url: string,
    readonly view: WorldView,
  ) {}

  static async of(url: string): Promise<World> {
    const response = await fetch(`${url}/dev/v1/world`);
    return new World(url, (await response.json()) as WorldView);
  }

  meeting(topic: string): WorldView['meetings'][number] {
    const found = this.view.meetings.find((m) => m.topic === topic);
    if (!found) throw new Error(`the demo world has no meeting “${topic}”`);
    return found;
  }

  /** The key that makes a participant the host of somebody's meeting. */
  hostKey(email: string): string {
    const found = this.view.users.find((u) => u.email === email);
    if (!found) throw new Error(`the demo world has no user ${email}`);
    return found.hostKey;
  }

  app(name: string): WorldView['apps'][number] {
    const found = this.view.apps.find((a) => a.name === name);
    if (!found) throw new Error(`the demo world has no app “${name}”`);
    return found;
  }

  /** Join options for a meeting of the demo world, signed by the demo app. */
  async joinOptions(topic: string, userName: string, role: 0 | 1 = 0): Promise<JoinOptions> {
    const { number, password } = this.meeting(topic);
    return { meetingNumber: number, userName, signature: await this.signature(number, role), ...(password ? { password } : {}) };
  }

  /** The same for its host, who starts it. */
  async hostOptions(topic: string, userName = 'Ada Park'): Promise<JoinOptions> {
    return { ...(await this.joinOptions(topic, userName, 1)), zak: await this.zak(this.meeting(topic).host) };
  }

  /** A signature of the demo app, or of another one by its key. */
  async signature(meetingNumber: string, role: 0 | 1 = 0, sdkKey?: string): Promise<string> {
    const response = await this.post('/dev/v1/signature', { meetingNumber, role, ...(sdkKey === undefined ? {} : { sdkKey }) });
    return response['signature'] as string;
  }

  async zak(user: string, ttlSeconds?: number): Promise<string> {
    const response = await this.post('/dev/v1/tokens', { kind: 'zak', user, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) });
    return response['token'] as string;
  }

  /** A token by which an app joins on behalf of a user. */
  async obf(user: string, meetingNumber: string): Promise<string> {
    const response = await this.post('/dev/v1/tokens', { kind: 'obf', user, meetingNumber });
    return response['token'] as string;
  }

  /** The personal token of somebody who has registered for a meeting. */
  async tk(meetingNumber: string, email: string, firstName: string): Promise<string> {
    const response = await this.post('/dev/v1/tokens', { kind: 'tk', meetingNumber, email, firstName });
    return response['token'] as string;
  }

  /** The codes of the joins to a meeting that the server has recorded, oldest first. */
  async attempts(meetingNumber: string): Promise<number[]> {
    const response = await fetch(`${this.url}/dev/v1/attempts?meeting=${meetingNumber}`);
    const { attempts } = (await response.json()) as { attempts: { code: number }[] };
    return attempts.map((a) => a.code).reverse();
  }

  private async post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const json = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(json)}`);
    return json;
  }
}
