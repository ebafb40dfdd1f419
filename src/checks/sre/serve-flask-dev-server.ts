import { fact } from '../../core/fact.ts';
import type { Project } from '../../documents/project.ts';
import { ancestor, type PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, callsOfMethod } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { typeOf } from '../../facts/python/types.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Commands that start containers, as written. */
const starts = fact((project: Project): readonly string[] =>
  project.documents('dockerfile').flatMap((document) => document.text.match(/^[ \t]*(CMD|ENTRYPOINT)[^\n]*/gim) ?? []),
);

/** A container runs this file with plain Python. */
function isContainerCommand(document: PythonDocument, project: Project): boolean {
  const file = document.path.slice(document.path.lastIndexOf('/') + 1);
  return starts(project).some(
    (line) => /python/.test(line) && !/gunicorn|uwsgi|waitress/.test(line) && line.split(/[\s"',[\]/]+/).includes(file),
  );
}

/** Something made for production is installed or started besides. */
const hasServer = fact((project: Project): boolean =>
  (['requirements', 'toml', 'dockerfile', 'yaml'] as const).some(
    (kind) => project.documents(kind, ['gunicorn', 'uwsgi', 'uWSGI', 'waitress', 'hypercorn']).length > 0,
  ),
);

/** Runs only when the file itself is started, or when somebody calls the function it is in. */
function isGuarded(document: PythonDocument, node: PyNode): boolean {
  if (ancestor(node, 'function_definition') !== undefined) return true;
  const guard = ancestor(node, 'if_statement');
  return guard !== undefined && document.text.slice(guard.start, guard.start + 60).includes('__name__');
}

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: {
    debug: {
      severity: 'high',
      when: 'the debugger is on where others can reach it: it runs any Python that is typed into it',
    },
    local: {
      severity: 'low',
      when: 'only a start by hand switches the debugger on, and production has a server of its own',
    },
  },
  title: 'Flask’s development server answers production requests',
  why: `
    The development server is made for one person at a desk: it is slow, leaks under load and has no time limits. Its debugger
    lets anyone who can cause an error run code.
  `,
  fix: 'Start the application with gunicorn, uWSGI or waitress, and take `debug=True` out.',
  references: [
    'https://flask.palletsprojects.com/en/stable/deploying/',
    'https://werkzeug.palletsprojects.com/en/stable/debug/',
  ],
  mentions: ['flask', 'quart'],
  examples: [
    bad({
      Dockerfile: 'FROM python:3.12\nCOPY . .\nCMD ["python", "app.py"]\n',
      'app.py': `
        from flask import Flask as Web

        app = Web(__name__)

        if __name__ == "__main__":
            «app.run»(host="0.0.0.0", port=80)
      `,
    }),
    bad`
      import flask

      everywhere = "0.0.0.0"
      server = flask.Flask("scores")
      «server.run»(host=everywhere)
    `,
    bad.as('debug')({
      'serving/Dockerfile': 'FROM python:3.12\nENTRYPOINT python serving/main.py\n',
      'serving/main.py': `
        from flask import Flask

        class Server:
            def __init__(self):
                self.app = Flask(__name__)

            def start(self):
                self.app.run(debug=«True», host="0.0.0.0")
      `,
      'open.py': 'import flask\napp = flask.Flask("x")\napp.run(debug=«True»)\n',
    }),
    bad`
      from flask import Flask

      app = Flask(__name__)

      if __name__ == "__main__":
          app.run(debug=«True»)
    `,
    bad.as('debug')`
      from flask import Flask

      app = Flask(__name__)

      if __name__ == "__main__":
          app.run(host="0.0.0.0", debug=«True»)
    `,
    bad.as('local')({
      'requirements.txt': 'flask\ngunicorn\n',
      'app.py':
        'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(debug=«True»)\n',
    }),
    good({
      Dockerfile: 'FROM python:3.12\nCMD ["gunicorn", "app:app"]\n',
      'app.py': `
        import os
        from flask import Flask

        app = Flask(__name__)
        runner.run(debug=True, host="0.0.0.0")

        if __name__ == "__main__":
            app.run(host="0.0.0.0", debug=bool(os.environ.get("DEBUG")))
      `,
      'local.py': 'from flask import Flask\napp = Flask(__name__)\napp.run()\n',
    }),
  ],

  reads: 'python',
  *inspect(document, project) {
    for (const call of callsOfMethod(document, 'run')) {
      if (
        call.receiver === undefined ||
        !/^(flask\.Flask|quart\.Quart)\(\)$/.test(typeOf(document, call.receiver) ?? '')
      )
        continue;
      const debug = argument(call, 2, 'debug');
      const host = argument(call, 0, 'host');
      const exposed = isContainerCommand(document, project) || !isGuarded(document, call.node);
      const open = host !== undefined && isConstant(document, host, '0.0.0.0') && !hasServer(project);
      const called = textOf(document, call.callee);
      if (debug !== undefined && isConstant(document, debug, true)) {
        yield at(document, debug, `\`${called}\` starts the development server with its debugger`, {
          ...(exposed || open ? { grade: 'debug' } : hasServer(project) ? { grade: 'local' } : {}),
        });
      } else if (exposed && isConstant(document, host, '0.0.0.0')) {
        yield at(
          document,
          call.callee,
          `\`${called}\` starts the development server for everyone who can reach this machine`,
        );
      }
    }
  },
});
