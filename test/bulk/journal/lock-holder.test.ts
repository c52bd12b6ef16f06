import { describe, expect, it } from 'vitest';
import {
  type HolderView,
  type LockHolder,
  type ProcessFacts,
  thisMachine,
  type Whereabouts,
  whereIs,
} from '../../../src/bulk/journal/lock-holder.js';

const here: ProcessFacts = { pid: 7, host: 'mailer-0', started: '900', boot: 'boot-1', space: 'pid:[1] time:[1]' };
const ext4 = 0xef53;

const hosts = { 'same host': 'mailer-0', 'other host': 'mailer-1' };
const boots = { 'same boot': 'boot-1', 'other boot': 'boot-0', 'empty boot': '', 'no boot': undefined };
const spaces = {
  'same space': 'pid:[1] time:[1]',
  'other space': 'pid:[2] time:[1]',
  'other time': 'pid:[1] time:[2]',
  'no space': undefined,
};
const processes: Record<string, HolderView['process']> = {
  alive: { state: 'S', started: '500' },
  reused: { state: 'S', started: '501' },
  zombie: { state: 'Z', started: '500' },
  gone: 'none',
  hidden: undefined,
};
const disks = {
  'same disk': { holder: ext4, seen: ext4, inode: '12' },
  'over NFS': { holder: 0x6969, seen: 0x6969, inode: '12' },
  'on the file server': { holder: 0x6969, seen: ext4, inode: '12' },
  copied: { holder: ext4, seen: ext4, inode: '13' },
  'no disk': { holder: undefined, seen: undefined, inode: undefined },
};

/** Every combination, by name, of what the holder said and what is seen. `'no start'`: the holder did not say when it started. */
function* cases(): Generator<{ name: string; where: Whereabouts }> {
  for (const [hostName, host] of Object.entries(hosts))
    for (const [bootName, boot] of Object.entries(boots))
      for (const [spaceName, space] of Object.entries(spaces))
        for (const [processName, process] of Object.entries(processes))
          for (const [diskName, { holder: disk, seen, inode }] of Object.entries(disks))
            for (const started of ['500', undefined]) {
              const names = [hostName, bootName, spaceName, processName, diskName];
              const holder = { pid: 9, host, boot, space, started, disk, inode: '12' } as LockHolder;
              yield {
                name: [...names, ...(started ? [] : ['no start'])].join(', '),
                where: whereIs(holder, { here, process, disk: seen, inode }),
              };
            }
}

const all = [...cases()];
const named = (where: Whereabouts) => all.filter((one) => one.where === where).map(({ name }) => name);
const anyOf = (...parts: string[][]): string[] =>
  parts.reduce((names, part) => names.flatMap((name) => part.map((more) => `${name}, ${more}`)));
const everyDisk = Object.keys(disks);
const withOrWithoutStart = (names: string[]) => names.flatMap((name) => [name, `${name}, no start`]);

describe('the holder of a lock', () => {
  it('is seen to run under the same boot id and namespaces alone, by its pid and when it started', () => {
    expect(named('running')).toEqual(anyOf(['same host'], ['same boot'], ['same space'], ['alive'], everyDisk));
  });

  it('is gone by its pid under the same boot id and namespaces, or by another boot id on a disk that no other machine can hold', () => {
    const byPid = [
      ...withOrWithoutStart(anyOf(['same host'], ['same boot'], ['same space'], ['zombie', 'gone'], everyDisk)),
      ...anyOf(['same host'], ['same boot'], ['same space'], ['reused'], everyDisk),
    ];
    const byDisk = withOrWithoutStart(
      anyOf(['same host'], ['other boot'], Object.keys(spaces), Object.keys(processes), ['same disk']),
    );
    expect(named('gone').sort()).toEqual([...byPid, ...byDisk].sort());
  });

  it('is elsewhere in every other case, and so whenever a fact is missing', () => {
    expect(all).toHaveLength(2 * 4 * 4 * 5 * 5 * 2);
    const elsewhere = new Set(named('elsewhere'));
    const missing = ['no boot', 'empty boot', 'no space', 'hidden', 'no start'];
    const open = all.filter(({ name }) => missing.some((fact) => name.includes(fact)) && !elsewhere.has(name));
    // What another boot id proves by the disk, and an end that no start time is needed for.
    for (const { name, where } of open) {
      expect(where).toBe('gone');
      expect(name).toMatch(/other boot.*same disk|same boot, same space, (zombie|gone)/);
    }
  });

  it.each<[string, Partial<ProcessFacts>]>([
    ['no boot id', { boot: undefined }],
    ['an empty boot id', { boot: '' }],
    ['no namespace', { space: undefined }],
  ] as [string, Partial<ProcessFacts>][])('is elsewhere for a process that itself knows %s', (_, missing) => {
    const holder = { ...here, pid: 9, started: '500', disk: ext4, inode: '12', ...missing };
    const seen = { process: 'none' as const, disk: ext4, inode: '12' };
    expect(whereIs(holder, { here: { ...here, ...missing }, ...seen })).toBe('elsewhere');
  });

  const kinds: [string, number, Whereabouts][] = [
    ['ext4', 0xef53, 'gone'],
    ['XFS', 0x58465342, 'gone'],
    ['Btrfs', 0x9123683e, 'gone'],
    ['F2FS', 0xf2f52010, 'gone'],
    ['ZFS', 0x2fc12fc1, 'gone'],
    ['bcachefs', 0xca451a4e, 'gone'],
    ['NFS', 0x6969, 'elsewhere'],
    ['SMB', 0xff534d42, 'elsewhere'],
    ['SMB 2', 0xfe534d42, 'elsewhere'],
    ['FUSE', 0x65735546, 'elsewhere'],
    ['9p', 0x01021997, 'elsewhere'],
    ['Ceph', 0x00c36400, 'elsewhere'],
    ['overlay', 0x794c7630, 'elsewhere'],
    ['tmpfs', 0x01021994, 'elsewhere'],
    ['GFS2', 0x01161970, 'elsewhere'],
    ['OCFS2', 0x7461636f, 'elsewhere'],
    ['VirtualBox', 0x786f4256, 'elsewhere'],
    ['APFS on macOS', 26, 'elsewhere'],
    ['anything on Windows', 0, 'elsewhere'],
  ];
  it.each(kinds)('under another boot id, with the folder on %s', (_, disk, where) => {
    const holder = { ...here, boot: 'boot-0', disk, inode: '12' };
    expect(whereIs(holder, { here, process: 'none', disk, inode: '12' })).toBe(where);
  });
});

describe.runIf(process.platform === 'linux')('this machine', () => {
  it('tells this process, and whether another is there', async () => {
    const self = await thisMachine.self();
    expect(self).toMatchObject({ pid: process.pid, started: expect.stringMatching(/^\d+$/) });
    expect(await thisMachine.processAt(process.pid)).toMatchObject({ started: self.started });
    expect(await thisMachine.processAt(2 ** 22 + 1)).toBe('none');
  });
});
