import { hostOf, workload, type Self } from "@rzp/workload/manifests";
import { stringify } from "yaml";
import { entitiesFile, ENTITY_KINDS } from "../../../views/entities.ts";

const CONFIG = "/etc/backstage/app-config.yaml";
const ENTITIES = "/etc/backstage/entities.yaml";
/** Where it looks for plugins, and the one that it gets: the page at `/`. The image has many more, one of which reports to its makers. */
const PLUGINS = "/opt/app-root/src/dynamic-plugins-root";
const HOME_PAGE = "red-hat-developer-hub-backstage-plugin-dynamic-home-page";
/** It asks for Zitadel's addresses once: started without them it would look well, and sign nobody in until its next start. */
const ZITADEL_ANSWERS = `node -e "fetch(process.env.OIDC_METADATA).then(({ ok }) => process.exit(ok ? 0 : 1))"`;

export const backstage = workload({
  purpose: "Shows every service, what it depends on and where it is.",
  upstream: "https://backstage.io/docs",
  risks: [
    "Upstream publishes a demonstration only and means everybody to build an image of their own; this is the community build of Red Hat Developer Hub, which is a few releases of Backstage behind.",
    "The digest of its image was found in one public place only; were it wrong, nothing would start.",
    "Its backend took this configuration, the image itself was never started here: its page at `/` is a plugin out of the image, without which the menu still leads to the catalogue.",
  ],
  image: "quay.io/rhdh-community/rhdh:1.10.5@sha256:ef7b9c8278e3ec2fb329ae1bb889bcce274411c7681e38e9e1743ef8a3e8b0f3",
  // The image's own start adds its example configuration, with entities from the internet in it.
  command: ["sh", "-c", `${ZITADEL_ANSWERS} || exit 1; cp -r dynamic-plugins/dist/${HOME_PAGE} ${PLUGINS}/; exec node packages/backend --config ${CONFIG}`],
  env: { OIDC_METADATA: ({ site }, context) => `https://${hostOf(context.service("zitadel"), site) ?? ""}/.well-known/openid-configuration` },
  port: 7007,
  // Without its database it hangs and is alive all the same.
  health: "/.backstage/health/v1/readiness",
  files: { [CONFIG]: (self) => stringify(appConfig(self)), [ENTITIES]: (_, context) => entitiesFile(context) },
  secrets: ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SESSION_SECRET", { key: "POSTGRES_PASSWORD", remote: "/platform/databases/backstage-db/PASSWORD" }],
  scratch: { [PLUGINS]: "128Mi", "/tmp": "512Mi" },
  user: 1001,
  resources: { cpu: "100m", memory: "640Mi", memoryLimit: "2Gi" },
  needs: ["backstage-db", "zitadel"],
  // Zitadel by its public name, as its tokens demand: through the ingress controller.
  talksTo: ["backstage-db", "traefik"],
});

/** All of its configuration. `${...}` is replaced by Backstage, from its environment. */
function appConfig({ host }: Self) {
  const baseUrl = `https://${host}`;
  // Encrypted, and not verified: what `sslmode=require` is elsewhere.
  const connection = { host: "backstage-db.databases.svc", port: 5432, user: "backstage", password: "${POSTGRES_PASSWORD}", database: "backstage", ssl: { rejectUnauthorized: false } };
  const oidc = { metadataUrl: "${OIDC_METADATA}", clientId: "${OIDC_CLIENT_ID}", clientSecret: "${OIDC_CLIENT_SECRET}", prompt: "auto" };
  return {
    app: { title: "Homelab", baseUrl },
    organization: { name: "Homelab" },
    backend: {
      baseUrl, listen: { port: 7007 }, cors: { origin: baseUrl }, // prettier-ignore
      // By default each of its parts makes a database for itself, which the owner of one may not.
      database: { client: "pg", pluginDivisionMode: "schema", ensureExists: false, ensureSchemaExists: true, connection },
    },
    // Who is in the catalogue may come in, by the address that Zitadel vouches for. There is no guest, and no other way.
    auth: { environment: "production", session: { secret: "${SESSION_SECRET}" }, providers: { oidc: { production: { ...oidc, signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] } } } } },
    signInPage: "oidc",
    catalog: { readonly: true, locations: [{ type: "file", target: ENTITIES, rules: [{ allow: ENTITY_KINDS }] }] },
    dynamicPlugins: {
      rootDirectory: PLUGINS,
      frontend: {
        "default.main-menu-items": { menuItems: { "default.create": { enabled: false }, "default.learning-path": { enabled: false } } },
        "red-hat-developer-hub.backstage-plugin-dynamic-home-page": { dynamicRoutes: [{ path: "/", importName: "DynamicHomePage" }], mountPoints: [card("SearchBar", 1), card("CatalogStarredEntitiesCard", 4)] },
      },
    },
  };
}

/** A card of the page at `/`, as wide as the page. */
function card(importName: string, h: number) {
  return { mountPoint: "home.page/cards", importName, config: { layouts: Object.fromEntries(["xl", "lg", "md", "sm", "xs", "xxs"].map((size) => [size, { w: 12, h }])) } };
}
